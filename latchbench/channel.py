"""One set of gRPC options for both ends of every connection.

Each end punishes the other for options that do not match (a client that pings more often than its
server allows is cut off), so both come from here. What they are for:

- A peer that stops answering without closing (SIGSTOP, a cable) is noticed within seconds. Without
  `grpc.http2.ping_timeout_ms` a call was seen to hang for the keep-alive time plus 60 s.
- Two servers never share a port: with SO_REUSEPORT, which is gRPC's default, the second bind
  succeeds and calls are spread over two different locks.
- A client that connects and says nothing is dropped; no message is larger than its plane allows.
- gRPC's own retries are off: a repeated command must be our decision, or a fault would be hidden.
- Channels do not share connections: a channel to a restarted process must not inherit the back-off
  of the one before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import grpc

if TYPE_CHECKING:
    from collections.abc import Sequence

DEVICE_MESSAGE_MAX: Final = 1024 * 1024
ACCESS_IN_MAX: Final = 1024 * 1024
ACCESS_OUT_MAX: Final = 16 * 1024 * 1024

_KEEPALIVE_TIME_MS: Final = 10_000
_KEEPALIVE_TIMEOUT_MS: Final = 5_000
_HANDSHAKE_TIMEOUT_MS: Final = 5_000
# gRPC takes its "minimum reconnect back-off" for the time-out of one attempt to connect. A process
# that is busy, or has just been forked on a busy machine, is not gone.
_CONNECT_TIMEOUT_MS: Final = 20_000

Options = list[tuple[str, int]]


def _common(receive_max: int, send_max: int) -> Options:
    return [
        ("grpc.max_receive_message_length", receive_max),
        ("grpc.max_send_message_length", send_max),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
    ]


def server_options(
    receive_max: int = DEVICE_MESSAGE_MAX, send_max: int = DEVICE_MESSAGE_MAX
) -> Options:
    """Options of a server of ours."""
    return [
        *_common(receive_max, send_max),
        ("grpc.so_reuseport", 0),
        ("grpc.server_handshake_timeout_ms", _HANDSHAKE_TIMEOUT_MS),
        ("grpc.http2.min_ping_interval_without_data_ms", _KEEPALIVE_TIME_MS // 2),
        ("grpc.http2.max_ping_strikes", 0),
    ]


def channel_options(
    receive_max: int = DEVICE_MESSAGE_MAX,
    send_max: int = DEVICE_MESSAGE_MAX,
    *,
    keepalive: bool = True,
) -> Options:
    """Options of a channel of ours.

    `keepalive=False` is for a bench that steps time: a process that it stopped on purpose must not
    look dead after some seconds of real time.
    """
    options = [
        *_common(receive_max, send_max),
        ("grpc.enable_retries", 0),
        ("grpc.use_local_subchannel_pool", 1),
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.min_reconnect_backoff_ms", _CONNECT_TIMEOUT_MS),
        ("grpc.max_reconnect_backoff_ms", 2000),
    ]
    if keepalive:
        options += [
            ("grpc.keepalive_time_ms", _KEEPALIVE_TIME_MS),
            ("grpc.keepalive_timeout_ms", _KEEPALIVE_TIMEOUT_MS),
            ("grpc.http2.ping_timeout_ms", _KEEPALIVE_TIMEOUT_MS),
        ]
    return options


def open_channel(address: str, options: Sequence[tuple[str, int]]) -> grpc.aio.Channel:
    """A channel to `host:port` or `unix:path` on this machine. Proxies are never used."""
    return grpc.aio.insecure_channel(address, options=[*options, ("grpc.enable_http_proxy", 0)])
