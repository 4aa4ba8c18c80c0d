"""Figures and names of the observation message; `docs/protocol/observations.md` is for device makers."""

#: Version of the message; an unknown one is refused whole.
VERSION = 1

#: The largest message that a door takes, signature included.
MESSAGE_BYTES_MAX = 1024 * 1024
#: The most readings in one message: 21 bytes each inside, so that they fit one message of the log.
ROWS_MAX = 40_000

#: LF and 64 hexadecimal digits end a signed message.
SIGNATURE_BYTES = 65

#: The raw log's durable consumer.
CONSUMER = "gateway"
#: An unacknowledged message comes again after this time.
ACK_WAIT_S = 30.0
#: What may stand unacknowledged: quarantined messages wait for PostgreSQL without stopping others.
ACK_PENDING_MAX = 20_000

#: NATS marks what came by MQTT with its quality of service.
QOS_HEADER = "Nmqtt-Pub"
