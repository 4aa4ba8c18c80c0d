"""What pydantic finds wrong, in Chinese, a line each; the value itself is not repeated: it may be a credential."""

from typing import Any

from pydantic import ValidationError

_SAID = {
    "missing": "没有写",
    "extra_forbidden": "不认识这一项",
    "literal_error": "只能是 {expected}",
    "string_type": "应为文字",
    "string_too_short": "不能为空",
    "string_too_long": "太长，最多 {max_length} 字",
    "string_pattern_mismatch": "写法不对，应符合 {pattern}",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "dict_type": '应为 {{ 名称 = "密钥名" }}',
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "model_type": "应为表",
}


def in_chinese(error: ValidationError) -> list[str]:
    """Return a sentence for each thing that is wrong."""
    return [_sentence(one) for one in error.errors(include_input=False, include_url=False)]


def _sentence(one: Any) -> str:
    context = one.get("ctx", {})
    where = ".".join(str(part) for part in one["loc"])
    if one["type"] == "value_error":
        return str(context["error"])
    said = _SAID.get(one["type"])
    return f"{where}：{said.format(**context) if said else one['msg']}"
