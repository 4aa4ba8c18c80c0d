"""What a subscription is told: the server, how it is secured, which node is which tag."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Policy = Literal["None", "Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss"]


class Watched(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One server. `node`: node id to tag (`"ns=2;s=T101.LI" = "T101.LI"`); files relative to the configuration.

    `security` has no default: "None" is clear text, and must be said. With a policy the server is known by its own
    certificate, which is given. A tag that did not change for `refresh_s` is read, so that silence means silence.
    """

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    url: Annotated[str, Meta(pattern=r"^opc\.tcp://[^@\s]+$")]
    security: Policy
    mode: Literal["Sign", "SignAndEncrypt"] = "SignAndEncrypt"
    certificate_file: str = ""
    certificate_key_file: str = ""
    server_certificate_file: str = ""
    application_uri: str = "urn:anlan:collector"
    user: str = ""
    password_file: str = ""
    period_s: Seconds = 1.0
    sampling_s: Seconds = 1.0
    refresh_s: Seconds = 60.0
    timeout_s: Seconds = 5.0
    node: Annotated[dict[str, str], Meta(min_length=1)]

    def __post_init__(self) -> None:
        """Check what belongs together. Raises ValueError."""
        files = (self.certificate_file, self.certificate_key_file, self.server_certificate_file)
        if self.security != "None" and not all(files):
            raise ValueError(
                f"{self.name}: security {self.security} needs certificate_file, certificate_key_file and"
                " server_certificate_file"
            )
        if bool(self.user) != bool(self.password_file):
            raise ValueError(f"{self.name}: user and password_file belong together")
        if self.user and self.security == "None":
            raise ValueError(f"{self.name}: a password needs a security policy")
