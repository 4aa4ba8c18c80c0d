"""What a door wrote for a machine reads as a sentence in the language of whoever looks at it."""

import pytest

from anlan.kernel.sensing.refusal_words import words_of


@pytest.mark.parametrize(
    ("reason", "zh", "en"),
    [
        (
            "no HMAC at the end",
            "报文末尾没有签名（HMAC），整条未收。",
            "There is no signature (HMAC) at the end: nothing of it was taken.",
        ),
        (
            "tag_unknown: 1, value_bad: 3",
            "4 个读数被拒收：位号未登记 1 个、数值不是数 3 个。",
            "4 readings refused: tag not registered: 1, value is no number: 3.",
        ),
        (
            "gw is 'G9', the sender is 'G1'",
            "报文自称来自网关 G9，实际由网关 G1 发送。",
            "The message says gateway G9, its sender is G1.",
        ),
        (
            "the envelope: Object missing required field `seq`",
            "报文头不合规：缺少 seq。",
            "The envelope is wrong: seq is missing.",
        ),
        (
            "the envelope: Expected `int`, got `str` - at `$.seq`",
            "报文头不合规：seq 应为 int，实为 str。",
            "The envelope is wrong: seq should be int and is str.",
        ),
    ],
)
def test_a_known_line_is_a_sentence_in_both_languages(reason: str, zh: str, en: str) -> None:
    words = words_of("unreadable", reason)
    assert (words.zh, words.en) == (zh, en)


def test_a_line_of_a_newer_door_stands_as_it_is_and_an_empty_one_gives_its_code() -> None:
    assert words_of("unreadable", "something new").zh == "something new"
    assert words_of("later", "").en == "later"
