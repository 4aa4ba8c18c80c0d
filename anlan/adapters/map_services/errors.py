"""What goes wrong between us and a map service; no address with a credential in it is ever in the words.

ServiceError
├── AwayError     it does not answer, or not as a map service: asked again later
└── EmptyError    it answers that there is nothing at this place
"""


class ServiceError(Exception):
    """What a service was asked for did not come."""


class AwayError(ServiceError):
    """The service is away; the words say in Chinese how that was seen."""


class EmptyError(ServiceError):
    """There is no tile at this place (404, 204): nothing is wrong with the service."""
