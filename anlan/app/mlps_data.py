"""GB/T 22239-2019 level 3, the clauses on data: labels, records, uploads, transport, storage, watch."""

from anlan.app.clauses import Clause, Here, Judged, always
from anlan.kernel.base.clear_doors import clear_lines
from anlan.kernel.base.services import refusals

_BASE, _APP = "tests/kernel/base", "tests/app"


def _lines(here: Here) -> Judged:
    clear = [name for name, _instead in clear_lines(here.config)]
    if not clear:
        return "ok", "对外线路均为 TLS every line to another machine is TLS"
    said = f"明文 in clear text: {', '.join(clear)}"
    return ("warning" if here.config.demo else "broken"), said


def _lines_set(here: Here) -> str:
    return f"plain_doors = {str(here.config.plain_doors).lower()}；明文线路启动时即拒绝"


def _watched(here: Here) -> Judged:
    if here.config.path("metrics_token_file").exists():
        return "ok", "已设采集口令 a collector may ask"
    return "warning", "未设采集口令，/metrics 不答复 no token: /metrics answers nobody"


def _logs(here: Here) -> Judged:
    if here.config.log_format == "json":
        return "ok", "JSON"
    return "warning", "逐行文本；汇总分析请设 log_format = json set it for a collector"


DATA_CLAUSES: tuple[Clause, ...] = (
    Clause(
        number="8.1.4.2 g",
        asks="对重要主体和客体设置安全标记，按标记控制访问",
        asks_en="labels on people and things, and access by them",
        setting=lambda _h: (
            "文件、消息四级：公开、内部、个人敏感、工作秘密；岗位与渠道各有上限；"
            "导出的表格、下载的文件均标明级别"
        ),
        judge=always,
        evidence=(
            "tests/kernel/documents/test_download_and_withdraw.py::test_8_1_4_2_g_what_is_above_a_posts_ceiling_is_not_there",
            "tests/kernel/documents/test_upload_document.py::test_8_1_4_2_g_a_label_above_the_owners_ceiling_is_refused",
            f"{_BASE}/test_export_lists.py::test_8_1_4_2_g_a_workbook_bears_the_highest_label_of_its_rows",
            "tests/kernel/messaging/test_dispatch_messages.py::test_8_1_4_2_g_a_channel_gets_nothing_above_its_ceiling",
            "tests/kernel/messaging/test_read_by_todays_post.py::test_8_1_4_2_g_what_came_in_a_higher_post_is_not_read_after_a_change",
            "tests/kernel/messaging/test_read_by_todays_post.py::test_8_1_4_2_g_row_security_holds_it_back_as_well",
        ),
    ),
    Clause(
        number="8.1.4.3 a",
        asks="审计覆盖每个用户和重要行为",
        asks_en="every person's weighty acts are recorded",
        setting=lambda _h: (
            "登录成败、变更、被拒绝的操作、导出、打印、下载文件均入日志；"
            "同一拒绝每分钟一行并计次，一人每分钟至多 "
            f"{2 * (refusals.KINDS_MAX + 1)} 行"
        ),
        judge=always,
        evidence=(
            f"{_BASE}/test_export_lists.py::test_8_1_4_3_a_an_export_is_written_down_with_who_what_and_how_many",
            f"{_BASE}/test_record_prints.py::test_8_1_4_3_a_a_print_is_written_down_with_who_and_what",
            f"{_APP}/test_leave_a_print.py::test_8_1_4_3_a_whoever_prints_a_page_leaves_a_row_that_the_auditor_finds",
            f"{_APP}/test_record_refusals.py::test_8_1_4_3_a_a_refused_act_is_written_down_with_who_what_why_and_from_where",
            f"{_APP}/test_record_refusals.py::test_8_1_4_3_a_what_is_out_of_reach_is_written_down_though_nobody_is_told_that_it_is_there",
            f"{_APP}/test_record_refusals.py::test_8_1_4_3_a_a_flood_of_refusals_is_counted_and_does_not_fill_the_journal",
            "tests/kernel/people/test_personal_data.py::test_8_1_4_3_a_who_unmasks_says_why_and_the_journal_keeps_it",
            "tests/kernel/documents/test_stamp_downloads.py::test_8_1_4_3_a_every_download_leaves_a_row_that_knows_the_copy",
        ),
    ),
    Clause(
        number="8.1.4.5",
        asks="防恶意代码",
        asks_en="nothing harmful comes in",
        setting=lambda _h: (
            "按内容认类型；不收程序、压缩包、含宏文件、解压炸弹；文件名去路径；下载不执行"
        ),
        judge=always,
        evidence=(
            "tests/kernel/documents/test_upload_document.py::test_8_1_4_5_what_is_refused_leaves_nothing_behind",
            "tests/kernel/documents/test_upload_document.py::test_8_1_4_5_macros_are_seen_wherever_the_upload_is_cut_in_two",
            "tests/kernel/documents/test_upload_document.py::test_8_1_4_5_a_file_above_the_limit_is_refused_and_leaves_nothing_behind",
            "tests/kernel/documents/test_upload_document.py::test_8_1_4_5_a_name_keeps_no_path_and_nothing_invisible",
            f"{_BASE}/test_look_through_archives.py::test_8_1_4_5_a_real_bomb_is_refused",
            f"{_BASE}/test_look_through_archives.py::test_8_1_4_5_a_bomb_of_gigabytes_is_refused_in_little_memory",
            "tests/kernel/documents/test_upload_document.py::test_8_1_4_5_a_package_that_unfolds_to_gigabytes_is_refused_and_leaves_nothing_behind",
            f"{_APP}/register/test_register_over_http.py::test_8_1_4_5_what_is_no_harmless_workbook_is_refused",
        ),
    ),
    Clause(
        number="8.1.4.7 a",
        asks="传输完整性",
        asks_en="what is sent arrives as it was sent",
        setting=_lines_set,
        judge=_lines,
        evidence=(
            f"{_BASE}/test_refuse_clear_lines.py::test_8_1_4_7_a_the_same_line_by_tls_is_taken",
            f"{_APP}/gateway/test_come_in_by_tls.py::test_a_door_in_clear_text_that_others_reach_is_refused",
        ),
    ),
    Clause(
        number="8.1.4.8 a",
        asks="传输保密性",
        asks_en="what is sent is read by nobody on the way",
        setting=_lines_set,
        judge=_lines,
        evidence=(
            f"{_BASE}/test_refuse_clear_lines.py::test_8_1_4_8_a_a_line_in_clear_text_is_refused_and_named",
            f"{_BASE}/test_refuse_clear_lines.py::test_8_1_4_8_a_a_mode_that_goes_on_without_tls_is_none",
            f"{_BASE}/test_refuse_clear_lines.py::test_8_1_4_8_a_what_the_address_says_of_tls_reaches_the_connection",
            f"{_APP}/stack/test_serve_origin.py::test_8_1_4_8_a_behind_tls_a_browser_comes_by_tls_from_then_on",
        ),
    ),
    Clause(
        number="8.1.4.8 b",
        asks="存储保密性",
        asks_en="secrets are encrypted in their column",
        setting=lambda _h: (
            "AES-256-GCM，密钥在数据库之外（secret_key_file）；恢复码、链接只存 SHA-256"
        ),
        judge=always,
        evidence=(
            "tests/kernel/people/test_personal_data.py::test_8_1_4_8_b_the_number_stands_nowhere_in_the_database",
            "tests/kernel/sensing/test_seal_gateway_keys.py::test_8_1_4_8_b_no_password_and_no_key_of_a_gateway_stands_in_the_database",
            "tests/kernel/people/test_second_factor.py::test_8_1_4_8_b_neither_the_secret_nor_a_code_can_be_read_in_database_or_journal",
        ),
    ),
    Clause(
        number="8.1.4.11 a",
        asks="只采集和保存必需的个人信息",
        asks_en="personal data is kept no longer than it is needed",
        setting=lambda h: (
            f"电话 {h.config.keep_phones_days}、姓名 {h.config.keep_names_days}、"
            f"登录记录 {h.config.keep_sign_ins_days}、隔离报文 {h.config.keep_quarantine_days} 天后清除；"
            "分类见 docs/personal-data.md"
        ),
        judge=always,
        evidence=(
            "tests/kernel/people/test_personal_data.py::test_8_1_4_11_a_a_stopped_accounts_phone_goes_on_its_day_and_a_woken_ones_stays",
            "tests/app/test_personal_data_table.py::test_8_1_4_11_a_every_text_column_is_personal_with_a_class_or_said_not_to_be",
            "tests/kernel/people/test_forget_by_class.py::test_8_1_4_11_a_each_class_goes_by_its_date_and_the_journal_does_not_repeat_it",
        ),
    ),
    Clause(
        number="8.1.4.11 b",
        asks="禁止非法使用个人信息",
        asks_en="who took data out can be told from what he took",
        setting=lambda h: (
            "页面、导出与下载的文件均带姓名、单位、时间（到分）水印；"
            f"unstamped_downloads = {h.config.unstamped_downloads}；"
            "电话遮蔽显示，查看与按号查人须授权并留痕"
        ),
        judge=always,
        evidence=(
            "tests/kernel/people/test_personal_data.py::test_8_1_4_11_b_lists_show_it_masked",
            "tests/kernel/people/test_personal_data.py::test_8_1_4_11_b_it_is_found_by_its_keyed_hash_and_the_search_is_recorded",
            "tests/kernel/people/test_personal_data.py::test_8_1_4_11_b_nobody_else_sets_unmasks_or_searches",
            "tests/kernel/documents/test_stamp_downloads.py::test_8_1_4_11_b_every_page_of_a_copy_says_label_name_unit_and_minute",
            "tests/kernel/documents/test_stamp_downloads.py::test_8_1_4_11_b_what_cannot_be_stamped_leaves_up_to_the_label_that_is_set",
            "tests/journeys/test_who_sees_what.py::test_8_1_4_11_b_every_page_of_his_bears_his_name_his_unit_and_the_minute",
            f"{_BASE}/test_export_lists.py::test_8_1_4_11_b_every_page_of_an_export_carries_name_unit_and_minute",
        ),
    ),
    Clause(
        number="8.1.5.4 c",
        asks="运行状况集中监测",
        asks_en="the state of every part is watched in one place",
        setting=lambda h: (
            f"/health；/metrics（metrics_token_file = {h.config.metrics_token_file}）"
        ),
        judge=_watched,
        evidence=(
            f"{_APP}/health/test_show_metrics.py::test_8_1_5_4_c_whoever_shows_the_token_gets_every_status_and_figure",
            f"{_APP}/health/test_show_metrics.py::test_8_1_5_4_c_nobody_else_gets_anything",
        ),
    ),
    Clause(
        number="8.1.5.4 d",
        asks="日志收集汇总、集中分析",
        asks_en="logs are collected and looked at together",
        setting=lambda h: f"log_format = {h.config.log_format}；不含口令、令牌",
        judge=_logs,
        evidence=(
            f"{_APP}/test_write_log_lines.py::test_8_1_5_4_a_line_of_json_says_when_who_and_what_and_keeps_a_traceback_in_one",
            f"{_APP}/test_write_log_lines.py::test_8_1_5_4_d_the_server_of_the_api_writes_its_own_lines_as_the_setting_says",
            f"{_APP}/stack/test_serve_origin.py::test_8_1_5_4_d_a_refused_request_is_one_object_of_json_without_its_query",
            f"{_APP}/test_write_log_lines.py::test_8_1_4_3_a_secret_is_struck_out_wherever_it_stands",
        ),
    ),
)
