"""Parameters of an address."""

from urllib.parse import urlencode, urlsplit


def with_query(address: str, asked: dict[str, str]) -> str:
    """Return an address with parameters added to those that it has."""
    parts = urlsplit(address)
    query = "&".join(one for one in (parts.query, urlencode(asked)) if one)
    return parts._replace(query=query).geturl()
