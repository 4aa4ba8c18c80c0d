"""The worked frames of the fact sheet (domain facts 5.1); the first is the standard's own example."""

INTERVAL = b"##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&1C80\r\n"
UPLOAD = b"##0170QN=20260801100000123;ST=31;CN=2011;PW=123456;MN=360982000000000000000001;Flag=5;CP=&&DataTime=20260801100000;a21026-Rtd=12.3,a21026-Flag=N;a01012-Rtd=25.6,a01012-Flag=N&&0880\r\n"


def segment(frame: bytes) -> bytes:
    """Return what a frame carries."""
    return frame[6:-6]
