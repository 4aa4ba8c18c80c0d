"""GB/T 22239-2019 level 3, the clauses on backup, on what is left behind, and on replayed readings.

Numbers: 8.1.4 of the general requirements; the readings are the extension for the Internet of things,
8.4.3 (安全计算环境), of which 8.4.3.3 is 抗数据重放; 8.4.4 is 安全运维管理.
"""

from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.models import Max

from anlan.app.clauses import Clause, Copies, Here, Judged, always
from anlan.kernel.base.clock import SHANGHAI, now
from anlan.kernel.base.events import BACKUP_MADE
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work

_APP, _PEOPLE = "tests/app", "tests/kernel/people"
#: A backup that is older than this is none to rely on.
BACKUP_WITHIN = timedelta(days=7)
_COPIES = """
    SELECT (SELECT count(*) FROM pg_stat_replication),
           current_setting('archive_mode') <> 'off'
"""


def copies() -> Copies | None:
    """Ask the database which copies of it are made as it is written; None where it does not answer."""
    try:
        with unit_of_work(machine("doctor"), read_only=True), connection.cursor() as cursor:
            cursor.execute(_COPIES)
            standbys, is_archiving = cursor.fetchone()
            made = Journal.objects.filter(type=BACKUP_MADE.name)
            backed_up_at = made.aggregate(last=Max("occurred_at"))["last"]
    except DatabaseError:
        return None
    return Copies(standbys=standbys, is_archiving=is_archiving, backed_up_at=backed_up_at)


def _backup(here: Here) -> Judged:
    if here.copies is None:
        return "broken", "数据库无应答 the database does not answer"
    last = here.copies.backed_up_at
    if last is None:
        return _lacking(here, "没有备份 no backup was ever made")
    said = f"最近一次备份 last backup: {last.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    if now() - last > BACKUP_WITHIN:
        return _lacking(here, f"{said}，已超过 {BACKUP_WITHIN.days} 天 days ago and more")
    return "ok", f"{said}；请出示签名的恢复演练报告 show the signed report of its rehearsal"


def _off_site(here: Here) -> Judged:
    if here.copies is None:
        return "broken", "数据库无应答 the database does not answer"
    if here.copies.standbys or here.copies.is_archiving:
        return "ok", f"备库 {here.copies.standbys}，日志归档 archiving: {here.copies.is_archiving}"
    return _lacking(here, "没有实时送往异地的副本 no copy leaves this machine as it is written")


def _redundant(here: Here) -> Judged:
    if here.copies is None:
        return "broken", "数据库无应答 the database does not answer"
    if here.copies.standbys:
        return "ok", f"备库 {here.copies.standbys} standbys"
    return _lacking(here, "单机运行，没有热备 one machine, nothing takes over")


def _lacking(here: Here, said: str) -> Judged:
    return ("warning" if here.config.demo else "broken"), said


COPY_CLAUSES: tuple[Clause, ...] = (
    Clause(
        number="8.1.4.9 a",
        asks="重要数据本地备份与恢复",
        asks_en="weighty data is backed up here and comes back",
        setting=lambda _h: (
            "anlan backup FOLDER 运行中备份并入日志；anlan restore --report 恢复并写签名的演练报告"
        ),
        judge=_backup,
        evidence=(
            f"{_APP}/test_level_three.py::test_8_1_4_9_a_a_backup_of_these_days_is_in_order_and_an_old_one_is_not",
            f"{_APP}/test_back_up.py::test_a_backup_comes_back_whole_by_the_commands",
            f"{_APP}/test_back_up.py::test_one_changed_byte_of_a_backup_is_named_before_anything_is_touched",
            f"{_APP}/test_rehearse_restore.py::test_the_report_says_who_what_and_that_everything_came_back",
            f"{_APP}/test_rehearse_restore.py::test_the_signature_holds_until_a_byte_is_changed",
        ),
    ),
    Clause(
        number="8.1.4.9 b",
        asks="异地实时备份",
        asks_en="copies leave the place as data is written",
        setting=lambda _h: "PostgreSQL 流复制或日志归档，由安装者配置；本命令实查",
        judge=_off_site,
        evidence=(
            f"{_APP}/test_level_three.py::test_8_1_4_9_b_a_database_without_a_copy_elsewhere_is_not_in_order",
        ),
    ),
    Clause(
        number="8.1.4.9 c",
        asks="重要数据处理系统热冗余",
        asks_en="another takes over",
        setting=lambda _h: "PostgreSQL 备库；程序可在备机启动，切换由安装者配置",
        judge=_redundant,
        evidence=(f"{_APP}/test_level_three.py::test_8_1_4_9_c_one_machine_is_said_to_be_one",),
    ),
    Clause(
        number="8.1.4.10 a",
        asks="鉴别信息所在空间释放前清除",
        asks_en="nothing is left of what proved a person",
        setting=lambda _h: (
            "退出、改口令、重设口令、重置双因素时删除会话，停用时一并删除口令、双因素、密钥、恢复码与链接；"
            "库中只有散列和密文"
        ),
        judge=always,
        evidence=(
            f"{_PEOPLE}/test_leave_nothing_behind.py::test_8_1_4_10_a_of_a_session_that_has_ended_nothing_is_left",
            f"{_PEOPLE}/test_leave_nothing_behind.py::test_8_1_4_10_a_of_a_second_factor_that_was_reset_nothing_is_left",
            f"{_PEOPLE}/test_leave_nothing_behind.py::test_8_1_4_10_a_of_an_account_that_is_stopped_nothing_that_proved_its_owner_is_left",
            f"{_PEOPLE}/test_leave_nothing_behind.py::test_8_1_4_10_a_an_account_taken_up_again_starts_with_a_new_first_link",
            f"{_PEOPLE}/test_leave_nothing_behind.py::test_8_1_4_10_a_of_the_sessions_before_a_new_password_nothing_is_left",
        ),
    ),
    Clause(
        number="8.1.4.10 b",
        asks="敏感数据所在空间释放前清除",
        asks_en="nothing is left of what was sensitive",
        setting=lambda _h: (
            "敏感列只存密文，删除即失；上传、导出的临时文件用后即删；回答均不缓存（no-store）"
        ),
        judge=always,
        evidence=(
            f"{_PEOPLE}/test_leave_nothing_behind.py::test_8_1_4_10_b_of_a_phone_that_is_taken_away_nothing_is_left",
            f"{_PEOPLE}/test_leave_nothing_behind.py::test_8_1_4_10_b_no_answer_is_kept_by_a_browser",
            "tests/kernel/documents/test_upload_document.py::test_8_1_4_5_what_is_refused_leaves_nothing_behind",
        ),
    ),
    Clause(
        number="8.4.3.3 a",
        asks="鉴别数据新鲜性，防历史数据重放",
        asks_en="readings that are sent again are told from new ones",
        setting=lambda _h: "每批带序号与时间；重复、过旧、超前各有记录，重复的不入库",
        judge=always,
        evidence=(
            f"{_APP}/gateway/test_open_the_door.py::test_8_4_3_3_repeated_altered_and_missing_are_told_apart_also_after_a_crash",
            f"{_APP}/gateway/test_replay_a_series.py::test_outside_the_demonstration_a_replay_needs_an_exercise",
        ),
    ),
    Clause(
        number="8.4.3.3 b",
        asks="鉴别历史数据被非法修改",
        asks_en="altered readings of the past are told from true ones",
        setting=lambda _h: "每批 HMAC 或客户端证书；同一序号内容不同即隔离",
        judge=always,
        evidence=(
            f"{_APP}/gateway/test_open_the_door.py::test_8_4_3_3_repeated_altered_and_missing_are_told_apart_also_after_a_crash",
            f"{_APP}/gateway/test_come_in_by_tls.py::test_a_certificate_takes_the_place_of_the_signature",
        ),
    ),
)
