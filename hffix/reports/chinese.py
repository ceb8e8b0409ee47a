"""The Chinese of every sentence and label: the English text is the key, and both name the same facts."""

from typing import Final

from hffix.reports.chinese_generic import GENERIC
from hffix.reports.chinese_proposals import PROPOSALS

CHINESE: Final[dict[str, str]] = {
    **GENERIC,
    **PROPOSALS,
    # Marks between words and sentences.
    " ": "",
    ", ": "、",
    "; ": "；",
    " or ": "或",
    # Verdicts and where a change set stands.
    "Change set {id} changes {changed:row|rows} of {place} and leaves {unresolved:row|rows} to people.": (
        "变更集 {id}：{place} 改 {changed} 行，{unresolved} 行待人工确认。"
    ),
    "Change set {id} changes nothing and leaves {unresolved:row|rows} to people.": (
        "变更集 {id}：没有改动，{unresolved} 行待人工确认。"
    ),
    "Change set {id} leaves {unresolved:row|rows} to people.": "变更集 {id}：{unresolved} 行待人工确认。",
    "Shape {number} of {shapes}: {rows:row|rows} of {place}, {change}": (
        "第 {number} 种形态（共 {shapes} 种）：{place} 的 {rows} 行，{change}"
    ),
    "{rows:row|rows} of change set {id} could not be put back as they were: no rollback restores them.": (
        "变更集 {id} 有 {rows} 行无法原样恢复：回滚也不能还原。"
    ),
    "{rows:row was|rows were} erased since; its lines hold no values.": "其后已有 {rows} 行被清除，不再保存其值。",
    "Personal data is shown whole.": "个人信息未作遮盖。",
    "{count:table|tables}": "{count} 张表",
    "Approvals lacking: {lacking}.": "尚缺审批：{lacking}。",
    "{count} {roles}": "{roles} {count} 人",
    "{count:person|people}": "{count} 人",
    "State: {state}.": "状态：{state}。",
    "Not approved yet.": "尚未审批。",
    "Approved.": "已审批。",
    "A run of it has begun.": "已开始执行。",
    "Its run is paused.": "执行已暂停。",
    "Its run has stopped.": "执行已停止。",
    "Applied.": "已执行完毕。",
    "Its run was closed before its end.": "执行未到末尾即已关闭。",
    "Revoked: it cannot be applied.": "已撤销，不能执行。",
    "Next: {command}": "下一步：{command}",
    "Nobody is left who could give the rest.": "其余审批已无人可以给出。",
    "{command}   or   {other}": "{command}   或   {other}",
    # Labels.
    "change set": "变更集",
    "fix": "修复脚本",
    "written by": "来源",
    "why": "为什么",
    "target": "目标库",
    "planned": "计划",
    "scope": "范围",
    "rows": "行数",
    "trial": "试运行",
    "struck": "审核剔除",
    "unresolved": "待人工",
    "digest": "摘要",
    "takes back": "回滚",
    "sets off": "触发",
    "not known here: the change set's schema is where it was planned": (
        "此处不得而知：变更集的表结构说明在计划所在的机器上"
    ),
    "{count} more act on these tables": "另有 {count} 项作用于这些表",
    "{table}: trigger {name}, {when}": "{table}：触发器 {name}，{when}",
    "{table}: rule {name}, {when}": "{table}：规则 {name}，{when}",
    "{table}: foreign key {name}, {when}, refused where it would reach a row": (
        "{table}：外键 {name}，{when}；会波及其他行时拒绝执行"
    ),
    "{table}: {name} is set whenever a row is updated": "{table}：更新行时数据库自行设置 {name}",
    "{table}: row-level security": "{table}：行级安全策略",
    "the database itself writes rows of {table}, which are neither backed up nor taken back": (
        "数据库自行写入 {table} 的行，这些行既不备份也不回滚"
    ),
    "conflicts": "冲突",
    "besides": "附带",
    "requires": "前提",
    "keeps": "总额不变",
    "ensures": "事后保证",
    "it writes": "将改写",
    "it leaves": "不改动",
    "purpose": "授权范围",
    "no way back": "不可恢复",
    # Facts of the manifest.
    '{fix} "{title}"': "{fix}《{title}》",
    "{author}, ticket {ticket}": "起草 {author}，工单 {ticket}",
    "{author}, no ticket": "起草 {author}，无工单",
    "{target} (lineage {lineage})": "{target}（谱系 {lineage}）",
    "risk {risk}": "风险 {risk}",
    "low": "低",
    "medium": "中",
    "high": "高",
    "{table}: writes {writes}, reads {reads}; at most {at_most:row|rows}": (
        "{table}：改写 {writes}，读取 {reads}；至多 {at_most} 行"
    ),
    "{table}: writes {writes}; at most {at_most:row|rows}": "{table}：改写 {writes}；至多 {at_most} 行",
    "{table}: reads {reads}; at most {at_most:row|rows}": "{table}：读取 {reads}；至多 {at_most} 行",
    "where {condition}": "条件 {condition}",
    "{table}: deletes whole rows; at most {at_most:row|rows}": "{table}：整行删除；至多 {at_most} 行",
    "{table}: inserts whole rows; at most {at_most:row|rows}": "{table}：整行新增；至多 {at_most} 行",
    "given": "参数",
    "hidden": "不公开",
    "{name} = {value}": "{name} = {value}",
    "looks up": "对照",
    "{name} in {source}": "{name}：{source}",
    "cases of": "个案来自",
    "comes after": "先决",
    "a finished run of {fixes}": "{fixes} 已执行完毕",
    "may make a value NULL": "可将值改为 NULL",
    "looks into {tables} without guarding what it finds": "参考 {tables}，但不锁定所查内容",
    "by {planner} on the snapshot of {time}; {scanned:row|rows} scanned, {unchanged} unchanged": (
        "{planner}，快照时间 {time}；扫描 {scanned} 行，其中 {unchanged} 行无需改动"
    ),
    "{table}: {updates} updated, {inserts} inserted, {deletes} deleted": (
        "{table}：改 {updates} 行，增 {inserts} 行，删 {deletes} 行"
    ),
    "{count:row|rows} by {person}, from {parent}": "{person} 从 {parent} 中剔除 {count} 行",
    "{cases:case|cases}, each written whole or not at all": "{cases} 个个案，各自整体写入或整体不写",
    "{asks:question|questions}, asked again before a case is written": "{asks} 个查询条件，写入个案前重新核对",
    "cases": "个案",
    "rows to insert, by {person}, from {parent}": "{person} 从 {parent} 中剔除拟新增的行",
    "{told}: {why}": "{told}：{why}",
    "passed on {time}: {rows:row|rows} written, compared and rolled back": (
        "{time} 通过：写入并核对 {rows} 行，已全部撤回"
    ),
    "none since rows were struck from {parent}": "自 {parent} 剔除行之后未再试运行",
    "none: constraints and triggers were not asked": "未试运行：约束与触发器未经检验",
    "run {run}": "第 {run} 号执行",
    "rows that changed since are left and recorded; the rest is written": (
        "其后有变动的行保持原样并记录在案，其余照常执行"
    ),
    "the database itself changes {column}": "数据库会自行改动 {column}",
    "the total of {columns}: {total}": "{columns} 合计 {total}",
    "{said} ({columns})": "{said}（{columns}）",
    # Shapes and rows.
    "shapes: {shapes}, the rarest first": "形态 {shapes} 种（少见的在前）",
    "← look at these": "← 请细看",
    "e.g. {before} → {after}": "例：{before} → {after}",
    "{rows} {reason}": "{rows} 行 {reason}",
    "… {hidden} more between: hffix show {id} --shapes": "… 中间还有 {hidden} 种：hffix show {id} --shapes",
    "… and {hidden} more": "… 另有 {hidden} 行",
    "{rare:row|rows} of rare shapes cannot be shown: the rows of this change set are not here.": (
        "另有 {rare} 行属于少见形态，无法显示：本机没有该变更集的行数据。"
    ),
    "inserted": "新增",
    "deleted": "删除",
    # Tables of a comment.
    "shape": "形态",
    "place": "位置",
    "before": "改前",
    "after": "改后",
    "examples": "示例",
    "table": "表",
    "updated": "改",
    "columns": "列",
    "reason": "原因",
    "rows for example": "示例行",
    "facts": "条说明",
    "tables": "张表",
    "shapes": "种形态",
    "reasons": "条原因",
    "{count} more {what} had no room here.": "另有 {count} {what}，此处篇幅不足，未列出。",
    # Signing.
    "You are about to sign, as {who}:": "您将以 {who}的身份签署：",
    "{person} {name} ({key})": "{name}（{person}，{key}）",
    "{person} ({key})": "{person}（{key}）",
    "{rows:row|rows} of {table}, only {columns}; inserts {inserts}, deletes {deletes}": (
        "{table} 的 {rows} 行，仅 {columns} 列；新增 {inserts} 行，删除 {deletes} 行"
    ),
    "{table}: inserts {inserts}, deletes {deletes}": "{table}：新增 {inserts} 行，删除 {deletes} 行",
    "{unresolved:unresolved row|unresolved rows} as they are": "待人工确认 {unresolved} 行",
    "{unresolved:unresolved row|unresolved rows} and {struck:struck row|struck rows} as they are": (
        "待人工确认 {unresolved} 行，审核剔除 {struck} 行"
    ),
    "{rows:row|rows} could not be put back as they were: no rollback restores them": (
        "{rows} 行无法原样恢复：回滚也不能还原"
    ),
    "apply": "执行",
    "apply, and exact rollback": "执行，以及原样回滚",
    "exact rollback": "原样回滚",
    "withdraw for good": "永久撤销",
    "accept findings": "认可例外",
    "erase a person's data": "清除个人数据",
    "expires {day}": "有效期至 {day}",
    "does not expire": "长期有效",
    "Type the number of rows to sign: {answer}": "请输入行数以确认签署：{answer}",
    "Signed.": "已签署。",
    "Approvals: {held} of {needed} ({roles}).": "审批 {held}/{needed}（{roles}）。",
    "This change set may be applied.": "本变更集可以执行。",
    "{file} + .sig": "{file} 及 .sig",
    # People and work.
    "anybody": "任何人",
    "leader": "领导",
    "auditor": "审计",
    "operator": "操作员",
    "author": "起草人",
    "plan": "计划",
    "strike": "剔除",
    "rollback": "回滚",
    "verify": "核验",
    "{conflicts:conflict|conflicts}": "{conflicts} 处冲突",
}
