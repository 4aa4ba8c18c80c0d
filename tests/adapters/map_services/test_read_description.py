"""What a bureau writes of its services: read, or refused line by line in Chinese; credentials apart."""

from pathlib import Path

import pytest

from anlan.adapters.map_services.description import Described, read_services
from anlan.kernel.base.config import ConfigurationError

GOOD = """
[[service]]
id = "img"
title = "天地图影像"
kind = "wmts"
url = "https://t0.example.gov.cn/img_c/wmts"
layer = "img"
matrix_set = "c"
role = "ground"
source = "国家基础地理信息中心"
map_approval = "GS（2026）1234号"
query_secrets = { tk = "tianditu" }
"""


def read(
    folder: Path, text: str, secrets: str = 'tianditu = "abc"', mode: int = 0o600
) -> Described:
    (folder / "services.toml").write_text(text, encoding="utf-8")
    file = folder / "secrets.toml"
    file.write_text(secrets, encoding="utf-8")
    file.chmod(mode)
    return read_services(folder, file)


def wrong(folder: Path, text: str, **more: object) -> list[str]:
    with pytest.raises(ConfigurationError) as error:
        read(folder, text, **more)  # type: ignore[arg-type]
    return str(error.value).splitlines()


def test_what_is_not_there_is_nothing_said(tmp_path: Path) -> None:
    assert read_services(tmp_path, tmp_path / "secrets.toml").services == ()


def test_a_good_one_is_read(tmp_path: Path) -> None:
    described = read(tmp_path, GOOD)
    [one] = described.services
    assert (one.crs, one.host, one.is_picture) == ("EPSG:4490", "t0.example.gov.cn", True)
    assert "abc" not in repr(described)


def test_a_new_title_keeps_the_tiles_and_a_new_layer_does_not(tmp_path: Path) -> None:
    [one] = read(tmp_path, GOOD).services
    [named] = read(tmp_path, GOOD.replace("天地图影像", "影像")).services
    [other] = read(tmp_path, GOOD.replace('"img"\nmatrix', '"vec"\nmatrix')).services
    assert one.digest == named.digest != other.digest


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('layer = "img"\n', "", "wmts 要写 layer"),
        ('kind = "wmts"', 'kind = "tms"', "kind：只能是 'wmts', 'wms', 'wfs', 'arcgis' or 'mvt'"),
        ('source = "国家基础地理信息中心"\n', "", "source：没有写"),
        ('layer = "img"', 'layers = "img"', "layers：不认识这一项"),
        ("https://", "ftp://", "url 应为 http:// 或 https:// 开头的完整地址"),
        ("/wmts\"", '/wmts?tk=abc"', "url 里不能写凭据（tk）：放进密钥文件，用 query_secrets 引用"),
        ("https://", "https://me:word@", "url 里不能写用户名和口令：放进密钥文件，用 header_secrets 引用"),
        ('"tianditu"', '"other"', "密钥文件里没有 other"),
        ('kind = "wmts"', 'kind = "mvt"', "只有 wmts、wms、arcgis 能作整幅底图（role = \"ground\"）"),
        ('role = "ground"', "max_zoom = 30", "max_zoom：不能大于 22"),
        ('role = "ground"', "min_zoom = 9\nmax_zoom = 3", "min_zoom 大于 max_zoom"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_where_it_is(tmp_path: Path, was: str, now: str, said: str) -> None:
    assert was in GOOD
    assert wrong(tmp_path, GOOD.replace(was, now)) == [f"services.toml 第 2 行起（img）{said}"]


def test_vector_tiles_in_degrees_are_refused_with_what_to_do(tmp_path: Path) -> None:
    text = GOOD.replace('"wmts"\n', '"mvt"\n').replace('role = "ground"', "")
    [line] = wrong(tmp_path, text.replace("/img_c/wmts", "/{z}/{x}/{y}"))
    assert "mvt 只能用 EPSG:3857 网格的" in line
    assert "请改用该服务的 wmts 或 wfs" in line


def test_every_wrong_thing_has_its_line(tmp_path: Path) -> None:
    text = (
        GOOD
        + GOOD.replace('"img"\ntitle', '"vec"\ntitle').replace('source = "', 'sauce = "')
        + GOOD
    )
    assert wrong(tmp_path, "top = 1\n" + text) == [
        "services.toml：不认识 top",
        "services.toml 第 15 行起（vec）source：没有写",
        "services.toml 第 15 行起（vec）sauce：不认识这一项",
        "services.toml 第 27 行起（img）id 重复",
    ]


def test_secrets_that_others_can_read_are_refused(tmp_path: Path) -> None:
    [line] = wrong(tmp_path, GOOD, mode=0o644)
    assert "chmod 600" in line


def test_a_value_that_is_wrong_is_not_repeated(tmp_path: Path) -> None:
    said = "\n".join(wrong(tmp_path, GOOD.replace('{ tk = "tianditu" }', '"a-secret-by-mistake"')))
    assert "query_secrets" in said
    assert "a-secret-by-mistake" not in said
