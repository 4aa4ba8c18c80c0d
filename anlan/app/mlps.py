"""GB/T 22239-2019 level 3 (等保三级), clause by clause: the setting, how it is here, the tests behind it.

For the auditor who reads papers first: each clause names the tests that are its evidence, and a test
holds that they exist. What is here is what this program does; rooms, networks and people are not.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings as django_settings
from django.db import DatabaseError

from anlan.app.clauses import Clause, Here, Judged, Level, always
from anlan.app.head_forwarding import behind
from anlan.app.mlps_copies import COPY_CLAUSES, copies
from anlan.app.mlps_data import DATA_CLAUSES
from anlan.app.stack.nginx import CONTENT_SECURITY_POLICY
from anlan.kernel.base.addresses import INSIDE
from anlan.kernel.base.config import Config
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people import rules, totp
from anlan.kernel.people.keys import ceremonies
from anlan.kernel.people.models import AdministratorKind
from anlan.kernel.people.queries.standing import SHARED_WITHIN, Standing, standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the doctor says of one clause."""

    clause: Clause
    setting: str
    level: Level
    state: str


def answers(config: Config) -> Iterator[Answer]:
    """Answer every clause for this installation."""
    try:
        with unit_of_work(machine("doctor"), read_only=True):
            accounts = standing()
    except DatabaseError:
        accounts = None
    here = Here(config=config, accounts=accounts, copies=copies())
    for clause in CLAUSES:
        level, state = clause.judge(here)
        yield Answer(clause=clause, setting=clause.setting(here), level=level, state=state)


def _of_accounts(judge: Callable[[Standing], Judged]) -> Callable[[Here], Judged]:
    def judged(here: Here) -> Judged:
        if here.accounts is None:
            return "broken", "数据库无应答，无从得知 the database does not answer"
        return judge(here.accounts)

    return judged


def _passwords(accounts: Standing) -> Judged:
    waiting = accounts.temporary_passwords
    text = (
        f"{accounts.people} 个账号，{waiting} 个待设口令 accounts, waiting for their own password"
    )
    return ("warning" if waiting else "ok"), text


def _second_factor(here: Here) -> Judged:
    if not here.config.second_factor:
        level: Level = "warning" if here.config.demo else "broken"
        return level, "已关闭 second_factor = false"
    if here.accounts is None:
        return "broken", "数据库无应答 the database does not answer"
    missing = here.accounts.without_second_factor
    text = f"{missing} 人尚未启用，启用前不能使用系统 have not enrolled, nothing opens before"
    return ("warning" if missing else "ok"), text


def _key_kinds() -> str:
    return "、".join(one.kind for one in ceremonies.usable()) or "无 none at this address"


def _transport(here: Here) -> Judged:
    if here.config.public_url.startswith("https:"):
        return "ok", here.config.public_url
    level: Level = "warning" if here.config.demo else "broken"
    return level, f"{here.config.public_url} 未加密 in clear text"


def _three(accounts: Standing) -> Judged:
    missing = [
        kind.label
        for kind in AdministratorKind
        if kind and not accounts.administrators.get(str(kind))
    ]
    if accounts.administrators_in_posts:
        return "broken", "有管理员担任业务岗位 an administrator holds a post"
    if missing:
        return "broken", f"缺少 {'、'.join(missing)}；anlan people first-administrators"
    return "ok", "三员齐备，互斥 three administrators that exclude one another"


def _sleeping(accounts: Standing) -> Judged:
    asleep = f"{accounts.asleep} 个账号休眠 accounts asleep"
    if not accounts.used_elsewhere:
        return "ok", asleep
    shared = (
        f"{accounts.used_elsewhere} 个账号近 {SHARED_WITHIN.days} 天曾同时在多个地址使用，请核实是否共用 "
        "accounts used from several addresses at once: ask whether they are shared"
    )
    return "warning", f"{asleep}；{shared}"


def _heads_elsewhere(here: Here) -> Judged:
    if not here.config.audit_syslog:
        return (
            "warning",
            "链头只在本机，请设 audit_syslog heads stay on this machine: name a collector",
        )
    if waiting := behind(here.config):
        return "warning", f"{waiting} 个链头待送 heads wait for the collector"
    return "ok", here.config.audit_syslog


def _networks(here: Here) -> Judged:
    if here.config.demo:
        return "warning", "演示不限制 not limited in the demo"
    if here.config.admin_networks == INSIDE:
        return (
            "warning",
            "放行全部内网，请收紧 admin_networks 到管理终端 every inside network: name yours",
        )
    return "ok", here.config.admin_networks


_PEOPLE = "tests/kernel/people"
_SEALS = "tests/kernel/base/test_verify_seals.py"
_PEOPLE_CLAUSES: tuple[Clause, ...] = (
    Clause(
        number="8.1.4.1 a",
        asks="身份唯一，口令复杂并定期更换",
        asks_en="named accounts; passwords complex and changed from time to time",
        setting=lambda _h: (
            f"≥10 字符、≥{rules.PASSWORD_CLASSES} 类、{rules.PASSWORD_MAX_AGE.days} 天更换、"
            f"不与最近 {rules.PASSWORD_HISTORY} 次相同；argon2"
        ),
        judge=_of_accounts(_passwords),
        evidence=(
            f"{_PEOPLE}/test_session_ends.py::test_8_1_4_1_a_a_weak_or_an_old_password_is_refused_with_its_reasons",
            f"{_PEOPLE}/test_session_ends.py::test_8_1_4_1_a_an_old_password_must_be_changed_before_anything_else",
            f"{_PEOPLE}/test_change_password.py::test_8_1_4_1_a_none_of_the_last_five_passwords_is_taken_again_and_the_sixth_last_is",
            f"{_PEOPLE}/test_three_administrators.py::test_8_1_4_1_a_a_given_password_must_be_changed_at_the_first_log_in",
        ),
    ),
    Clause(
        number="8.1.4.1 b",
        asks="登录失败处理，超时自动退出",
        asks_en="failed log-ins are limited; sessions end by the clock",
        setting=lambda h: (
            f"{django_settings.AXES_FAILURE_LIMIT} 次错误锁定"
            f" {django_settings.AXES_COOLOFF_TIME * 60:.0f} 分钟；"
            f"同一用户名合计 {h.config.wrong_tries_a_name} 次错误，陌生地址锁定；"
            f"空闲 {h.config.session_idle_minutes} 分钟、最长"
            f" {rules.SESSION_LIMIT.total_seconds() / 3600:.0f} 小时退出；登录限速"
        ),
        judge=always,
        evidence=(
            f"{_PEOPLE}/test_sign_in.py::test_8_1_4_1_b_five_wrong_tries_lock_a_name_whether_it_exists_or_not",
            f"{_PEOPLE}/test_guess_from_many_addresses.py::test_8_1_4_1_b_a_name_that_many_addresses_guess_at_is_locked_for_further_ones",
            f"{_PEOPLE}/test_guess_from_many_addresses.py::test_8_1_4_1_b_its_owner_goes_on_where_he_has_signed_in_before",
            f"{_PEOPLE}/test_change_password.py::test_8_1_4_1_b_five_wrong_old_passwords_lock_the_name_and_sign_out",
            f"{_PEOPLE}/test_session_ends.py::test_8_1_4_1_b_an_idle_session_ends",
            f"{_PEOPLE}/test_session_ends.py::test_8_1_4_1_b_a_session_ends_after_twelve_hours_however_busy",
            "tests/app/stack/test_serve_origin.py::test_8_1_4_1_b_who_tries_to_sign_in_too_often_is_held_back",
        ),
    ),
    Clause(
        number="8.1.4.1 c",
        asks="远程管理防窃听",
        asks_en="what proves a person is not overheard",
        setting=lambda h: f"public_url = {h.config.public_url}",
        judge=_transport,
        evidence=(
            "tests/app/test_level_three.py::test_8_1_4_1_c_cookies_leave_by_https_only_where_the_address_is_https",
        ),
    ),
    Clause(
        number="8.1.4.1 d",
        asks="两种以上鉴别，其一为密码技术",
        asks_en="two kinds of proof, one of them cryptographic",
        setting=lambda h: (
            f"second_factor = {str(h.config.second_factor).lower()}；口令 + 动态口令"
            f"（RFC 6238，{totp.STEP_S} 秒）或安全密钥（{_key_kinds()}）"
        ),
        judge=_second_factor,
        evidence=(
            f"{_PEOPLE}/test_second_factor.py::test_8_1_4_1_d_without_a_second_factor_a_password_opens_nothing_but_its_enrolment",
            f"{_PEOPLE}/test_second_factor.py::test_8_1_4_1_d_once_enrolled_the_password_alone_signs_nobody_in",
            f"{_PEOPLE}/test_take_an_account_up_again.py::test_8_1_4_1_d_a_stop_gets_no_administrator_round_a_second_factor",
            f"{_PEOPLE}/test_security_keys.py::test_8_1_4_1_d_a_key_is_a_second_factor_of_its_own",
            f"{_PEOPLE}/test_security_keys.py::test_8_1_4_1_d_a_key_that_another_page_has_asked_proves_nothing",
            f"{_PEOPLE}/test_security_keys.py::test_8_1_4_1_d_a_copied_key_is_refused_and_the_journal_says_so",
            "tests/app/test_sign_in_by_key.py::test_8_1_4_1_d_a_key_is_registered_signs_in_and_goes_again_in_the_browser",
            f"{_PEOPLE}/test_sign_by_sm2.py::test_8_1_4_1_d_a_key_of_sm2_signs_in_after_the_password",
        ),
    ),
    Clause(
        number="8.1.4.2 a",
        asks="按岗位分配权限，岗位变动即失效",
        asks_en="rights by post, gone when the post is",
        setting=lambda _h: "权限来自任职；任职变动结束全部会话",
        judge=always,
        evidence=(
            f"{_PEOPLE}/test_session_ends.py::test_8_1_4_2_a_an_appointment_ends_open_sessions",
            f"{_PEOPLE}/test_session_ends.py::test_8_1_4_2_a_leaving_a_post_ends_open_sessions",
        ),
    ),
    Clause(
        number="8.1.4.2 b",
        asks="无默认账户、默认口令；不自我授权",
        asks_en="no default account or password; nobody gives himself rights",
        setting=lambda _h: "安装后无账户；首批管理员凭一次性链接自设口令",
        judge=always,
        evidence=(
            f"{_PEOPLE}/test_three_administrators.py::test_8_1_4_2_c_no_account_exists_after_the_installation",
            "tests/app/cli/test_first_administrators.py::test_8_1_4_2_b_three_named_administrators_come_by_links_and_set_their_own_passwords",
            f"{_PEOPLE}/test_three_administrators.py::test_8_1_4_2_b_nobody_appoints_himself",
            f"{_PEOPLE}/test_three_administrators.py::test_8_1_4_2_b_the_database_refuses_a_self_appointment",
        ),
    ),
    Clause(
        number="8.1.4.2 c",
        asks="停用多余、过期账户，无共享账户",
        asks_en="unused accounts sleep; none is shared",
        setting=lambda _h: (
            f"{rules.SLEEPS_AFTER.days} 天未用即休眠；账户实名；同时在多个地址使用即入日志"
        ),
        judge=_of_accounts(_sleeping),
        evidence=(
            f"{_PEOPLE}/test_session_ends.py::test_8_1_4_2_c_an_account_unused_for_ninety_days_sleeps",
            f"{_PEOPLE}/test_every_way_in.py::test_8_1_4_2_c_a_first_link_wakes_who_slept_and_the_journal_says_by_whom",
            f"{_PEOPLE}/test_session_ends.py::test_8_1_4_2_c_a_stopped_account_is_out_at_once_and_a_woken_one_signs_in_again",
            f"{_PEOPLE}/test_three_administrators.py::test_8_1_4_2_c_no_superuser_column_exists",
            f"{_PEOPLE}/test_tell_of_shared_accounts.py::test_8_1_4_2_c_an_account_used_from_two_addresses_at_once_is_told_of",
            "tests/app/test_level_three.py::test_8_1_4_2_c_accounts_that_may_be_shared_are_counted",
        ),
    ),
    Clause(
        number="8.1.4.2 d",
        asks="管理用户最小权限、权限分离",
        asks_en="administrators: least privilege, separated",
        setting=lambda _h: "系统、安全、审计管理员互斥，不看业务数据，不任业务岗位",
        judge=_of_accounts(_three),
        evidence=(
            f"{_PEOPLE}/test_three_administrators.py::test_8_1_4_2_d_an_administrator_sees_no_business_data",
            f"{_PEOPLE}/test_three_administrators.py::test_8_1_4_2_d_the_duties_of_the_three_do_not_overlap",
            f"{_PEOPLE}/test_three_administrators.py::test_8_1_4_2_d_the_database_refuses_two_administrators_in_one_person",
        ),
    ),
    Clause(
        number="8.1.4.3 b",
        asks="审计记录含日期、用户、类型、成败",
        asks_en="records name time, person, kind and outcome",
        setting=lambda _h: "每次登录（含失败）、变更、被拒绝的操作一行日志；不含所输入内容",
        judge=always,
        evidence=(
            f"{_PEOPLE}/test_sign_in.py::test_8_1_4_3_b_a_refused_attempt_is_in_the_journal_without_what_was_typed",
            "tests/app/test_record_refusals.py::test_8_1_4_3_b_what_was_typed_into_a_refused_act_is_not_kept",
        ),
    ),
    Clause(
        number="8.1.4.3 c",
        asks="审计记录受保护，不被删改",
        asks_en="records are kept from change and loss",
        setting=lambda h: (
            f"只增不改，哈希链封存，链头导出到 {h.config.path('audit_dir')}；"
            f"audit_syslog = {h.config.audit_syslog or '未设'}"
        ),
        judge=_heads_elsewhere,
        evidence=(
            f"{_SEALS}::test_8_1_4_3_c_no_process_may_change_the_journal",
            f"{_SEALS}::test_8_1_4_3_c_one_changed_value_of_a_row_is_found",
            f"{_SEALS}::test_8_1_4_3_c_a_deleted_row_is_found",
            f"{_SEALS}::test_8_1_4_3_c_a_swapped_pair_is_found",
            f"{_SEALS}::test_8_1_4_3_c_a_cut_tail_shows_against_an_exported_head",
            f"{_SEALS}::test_8_1_4_3_c_a_cut_tail_shows_against_what_was_published",
            "tests/app/test_forward_heads.py::test_8_1_4_3_c_each_head_is_handed_to_the_collector_once_and_in_order",
            "tests/app/test_forward_heads.py::test_8_1_4_3_c_what_the_collector_missed_is_handed_over_when_it_is_back",
            "tests/app/test_forward_heads.py::test_8_1_4_3_c_a_stranger_in_its_place_is_told_nothing",
            "tests/kernel/base/test_audit_over_http.py::test_8_1_4_3_c_nobody_but_the_auditor_reads_or_verifies_the_whole_journal",
        ),
    ),
    Clause(
        number="8.1.4.4 c",
        asks="限制管理终端的网络地址",
        asks_en="administration from listed addresses only",
        setting=lambda h: f"admin_networks = {h.config.admin_networks}",
        judge=_networks,
        evidence=(
            f"{_PEOPLE}/test_listed_addresses.py::test_8_1_4_4_c_an_administrator_signs_in_from_a_listed_address_only",
            f"{_PEOPLE}/test_listed_addresses.py::test_8_1_4_4_c_a_session_carried_to_another_address_opens_no_door",
            f"{_PEOPLE}/test_listed_addresses.py::test_8_1_4_4_c_by_default_nobody_administers_from_the_internet",
            f"{_PEOPLE}/test_every_way_in.py::test_8_1_4_4_c_a_first_link_lets_nobody_in_and_is_not_used_up_by_it",
            f"{_PEOPLE}/test_every_way_in.py::test_8_1_4_4_c_a_code_after_the_password_lets_nobody_in_and_is_not_used_up_by_it",
            f"{_PEOPLE}/test_every_way_in.py::test_8_1_4_4_c_a_key_after_the_password_is_not_asked_and_lets_nobody_in",
            f"{_PEOPLE}/test_every_way_in.py::test_8_1_4_4_c_no_door_of_ones_own_account_opens",
            f"{_PEOPLE}/test_every_way_in.py::test_8_1_4_4_c_no_ticket_for_the_live_stream_is_given",
            "tests/app/streaming/test_use_tickets.py::test_8_1_4_4_c_the_ticket_of_an_administrator_is_good_from_listed_addresses_only",
        ),
    ),
    Clause(
        number="8.1.4.4 d",
        asks="校验输入；页面不执行外来内容",
        asks_en="input is checked; pages run nothing foreign",
        setting=lambda _h: CONTENT_SECURITY_POLICY.split("; style-src")[0] + " …",
        judge=always,
        evidence=(
            "tests/app/stack/test_serve_origin.py::test_8_1_4_4_d_every_answer_carries_the_headers_of_safety_once",
            "tests/app/test_run_under_the_policy.py::test_8_1_4_4_d_every_page_runs_under_the_policy_and_breaks_it_nowhere",
            "tests/app/test_run_under_the_policy.py::test_8_1_4_4_d_what_the_policy_forbids_is_stopped_and_heard",
            f"{_PEOPLE}/test_sign_in.py::test_a_body_that_cannot_be_is_refused_field_by_field",
        ),
    ),
    Clause(
        number="8.1.4.4 e",
        asks="发现已知漏洞并及时修补",
        asks_en="known weaknesses are found and mended",
        setting=lambda _h: (
            "anlan doctor --sbom FILE：逐包版本与许可证（CycloneDX 1.6），供漏洞扫描"
        ),
        judge=lambda _h: (
            "warning",
            "请定期用漏洞库比对清单 compare the bill with a register of weaknesses, regularly",
        ),
        evidence=(
            "tests/app/test_bill_of_materials.py::test_the_command_writes_a_bill_that_names_every_package_and_fails_for_a_wrong_licence",
            "tests/app/test_bill_of_materials.py::test_every_package_inside_the_product_has_a_licence_that_the_house_takes",
        ),
    ),
)


def _order(clause: Clause) -> list[tuple[int, str]]:
    """Order as the standard does: 8.1.4.11 comes after 8.1.4.9."""
    return [
        (int(part), "") if part.isdigit() else (0, part)
        for part in re.split(r"[. ]", clause.number)
    ]


CLAUSES: tuple[Clause, ...] = tuple(
    sorted((*_PEOPLE_CLAUSES, *DATA_CLAUSES, *COPY_CLAUSES), key=_order)
)
