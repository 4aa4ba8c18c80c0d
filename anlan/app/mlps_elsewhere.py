"""What level 3 asks of others than this program: said, so that nobody takes silence for an answer.

Each names who answers for it, and what of ours an examiner may look at beside it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """One clause, or group of clauses, that no setting of ours can meet."""

    number: str
    asks: str
    asks_en: str
    whose: str
    whose_en: str


ELSEWHERE: tuple[Elsewhere, ...] = (
    Elsewhere(
        number="8.1.1",
        asks="安全物理环境",
        asks_en="the place where the machines stand",
        whose="机房（或政务云）负责",
        whose_en="the machine room, or the government's cloud",
    ),
    Elsewhere(
        number="8.1.2.1、8.1.3.1",
        asks="网络分区、边界防护、默认拒绝",
        asks_en="zones, guarded borders, deny by default",
        whose="网络负责；各进程对外端口见 docs/settings.md，anlan doctor 报告明文入口",
        whose_en="the network; the ports of each process stand in docs/settings.md, `anlan doctor` tells of doors in clear text",
    ),
    Elsewhere(
        number="8.1.4.3 d",
        asks="审计进程不被未授权中断",
        asks_en="recording cannot be interrupted by others",
        whose="操作系统账户负责；日志与操作同一事务，写不进日志的操作不成立",
        whose_en="the accounts of the operating system; a row of the journal is of one transaction with its act, and where it cannot be written there is no act",
    ),
    Elsewhere(
        number="8.1.4.4 a、b",
        asks="最小安装，关闭不需要的服务和端口",
        asks_en="nothing installed, and no service open, that is not needed",
        whose="操作系统负责；本程序的组件见 anlan doctor --sbom",
        whose_en="the operating system; what this program consists of is told by `anlan doctor --sbom`",
    ),
    Elsewhere(
        number="8.1.4.4 f",
        asks="检测对重要节点的入侵并报警",
        asks_en="intrusions are noticed and told of",
        whose="主机与网络的入侵检测负责；登录失败、被拒绝的操作在审计日志中，可送日志服务器",
        whose_en="intrusion detection of host and network; failed sign-ins and refused acts stand in the journal",
    ),
    Elsewhere(
        number="8.1.4.6",
        asks="可信验证",
        asks_en="trusted boot",
        whose="主机负责",
        whose_en="the host",
    ),
    Elsewhere(
        number="8.3",
        asks="移动互联扩展要求",
        asks_en="mobile devices and their software",
        whose="不适用：没有客户端软件，手机用浏览器",
        whose_en="not applicable: there is no application for phones, they use a browser",
    ),
    Elsewhere(
        number="8.4.3.1、8.4.3.2",
        asks="感知节点、网关节点设备安全",
        asks_en="sensors and gateways as devices",
        whose="企业和设备厂商负责；每个网关有自己的口令、密钥或证书（8.4.3.3）",
        whose_en="the firm and the maker; every gateway has a password and key, or a certificate, of its own (8.4.3.3)",
    ),
    Elsewhere(
        number="GB/T 39786",
        asks="商用密码应用安全性评估（密评）",
        asks_en="the examination of cryptography",
        whose="另行评估；可开 sm2_keys 用国密密钥登录，存储与传输加密为国际算法",
        whose_en="another examination; `sm2_keys` lets people sign in by SM2, what is stored and sent is enciphered by international algorithms",
    ),
)
