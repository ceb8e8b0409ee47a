"""The Chinese of the command line's own sentences: the English text is the key, and both name the same facts."""

from typing import Final

from hffix.cli.chinese_erasing import ERASING
from hffix.cli.chinese_grants import GRANTS
from hffix.cli.chinese_policy import POLICY

CHINESE: Final[dict[str, str]] = {
    **ERASING,
    **GRANTS,
    **POLICY,
    # Ends.
    "error": "错误",
    "note": "提示",
    "Nothing was written.": "未写入任何内容。",
    "Nothing was written: no change set, and nothing in the target.": "未写入任何内容：没有变更集，目标库也未改动。",
    "Nothing of that chunk was written; the chunks before it are committed, logged and backed up.": (
        "该分块未写入；此前各分块已提交、已记录、已备份。"
    ),
    "The chunk was rolled back whole; the chunks before it are committed, logged and backed up.": (
        "该分块已整体撤回；此前各分块已提交、已记录、已备份。"
    ),
    "The lines that are left are not begun.": "余下各行尚未开始。",
    "The run is closed and its rows stand as approved.": "执行已关闭，各行与审批一致。",
    "Nothing of this chunk was written.": "该分块未写入。",
    "Nothing of this transaction was written.": "该事务未写入。",
    "Whether the last transaction was written is not known here; those before it stand.": (
        "最后一个事务是否写入，此处不得而知；此前的事务均已写入。"
    ),
    "What was committed stands, with its log and its backup.": "已提交的内容有效，其日志与备份俱在。",
    "Nothing needed to be written.": "无需写入。",
    "A transaction that was not committed was rolled back.": "未提交的事务已撤回。",
    "Run the command again.": "请重新运行该命令。",
    # What a trace and a status find.
    "{table} {row}: {conflicts:conflict|conflicts}, never written.": "{table} {row}：{conflicts} 处冲突，从未写入。",
    "{table} {row}: {conflicts:conflict|conflicts}; live: {live}.": "{table} {row}：{conflicts} 处冲突；现值：{live}。",
    "{table} {row}: {count:change|changes} by hffix, {conflicts:conflict|conflicts}; live: {live}.": (
        "{table} {row}：由 hffix 改动 {count} 次，{conflicts} 处冲突；现值：{live}。"
    ),
    "left as found by {operator}": "由 {operator} 执行时按原样保留",
    "{count:damaged change set|damaged change sets}: {ids}": "已损坏的变更集 {count} 个：{ids}",
    "{superseded:row was|rows were} written again or taken back by a later run of hffix": (
        "{superseded} 行由后来的执行再次写入或撤回"
    ),
    "the change log's row stands under a run that never was: run hffix verify": (
        "变更日志中的该行不属于任何一次执行：请运行 hffix verify"
    ),
    "the change log's row does not give its leaf: run hffix verify": (
        "变更日志中的该行与其叶摘要不符：请运行 hffix verify"
    ),
    "the change log's rows are not those that their chunk's record was made of: run hffix verify": (
        "变更日志中的各行与其分块记录不符：请运行 hffix verify"
    ),
    "an approval named by the record is not at hand": "记录所列的审批不在手边",
    "changed since": "此后被改动",
    "conflicts": "冲突",
    # The demo's walk.
    "The operator gives the database its change log.": "操作员为数据库建立变更日志。",
    "The author plans the first script; a trial applies it and takes it back on a copy.": (
        "起草人计划第一个修复脚本；试运行在副本上写入并全部撤回。"
    ),
    "Reviewers see the changes by their shape, rarest first.": "审核人按形态查看改动，少见的在前。",
    "The leader signs exactly these rows.": "领导签署的正是这些行。",
    "The operator applies them, and nothing else.": "操作员执行这些行，不多不少。",
    "Where does the change set stand?": "变更集进展如何？",
    "An auditor asks who changed this cell, why, and on whose word.": "审计人员问：这个值是谁改的、为什么、谁批准的。",
    "Is the record whole, and does the database hold it?": "记录是否完整，库中是否仍是这些值？",
    "Second thoughts: the author plans the exact inverse of the run.": "需要撤回：起草人计划该次执行的逐行逆向变更集。",
    "Taking back needs a signature too.": "撤回同样需要签署。",
    "The operator applies the inverse.": "操作员执行逆向变更集。",
    "Both runs stand in the record, signed and chained.": "两次执行都在记录中，签名成链。",
    "The walk stopped: step": "演示中止：第",
    "ended with exit status": "步的退出码为",
    "The walk is done. To try next:": "演示完毕。接下来可以试试：",
    "the other scripts; plan, show, approve and apply one": "其余脚本；任选一个计划、查看、审批、执行",
    "a delete of high risk: keys/chen.jing must sign it too": "高风险删除：还须 keys/chen.jing 签署",
    "what came back from banks, each cell with its origin": "银行回填的更正值，每个值都有来源",
    "what a pull request should say": "供合并请求使用的说明",
    "every cell that was soiled, with its clean value": "每个脏数据及其正确值",
    "And tamper with the record, then ask again; the answer is exit status 6 and the place:": (
        "再试着篡改记录，然后校验；退出码为 6，并指出位置："
    ),
    # Labels.
    "approvals": "审批",
    "backup": "备份",
    "case": "个案",
    "cases": "个案",
    "asked by": "要求者",
    "by": "剔除人",
    "change log": "变更日志",
    "checked": "已核查",
    "database": "数据库",
    "hand": "执行",
    "head": "链头",
    "ignored": "未计入",
    "in all": "合计",
    "key": "密钥",
    "lineage": "谱系",
    "made": "已建",
    "origin": "出处",
    "policy": "制度",
    "progress": "进度",
    "project": "项目",
    "receipt": "收据",
    "revision": "版本",
    "rows a chunk": "每批行数",
    "rule": "规则",
    "space": "空间",
    "versions": "版本",
    "when": "时间",
    "word": "批准",
    # States.
    "approved": "已审批",
    "closed": "已关闭",
    "done": "已完成",
    "empty": "无改动",
    "open": "执行中",
    "partly rolled back": "已部分回滚",
    "revoked": "已撤销",
    "rolled back": "已回滚",
    "unapproved": "未审批",
    # Headings.
    "applied": "已写入",
    "bytes": "字节",
    "conflict": "冲突",
    "from line": "起始行",
    "held": "保持",
    "left": "剩余",
    "named by the chain": "链中有名",
    "no": "否",
    "opened": "开始",
    "who": "谁",
    "command": "命令",
    "about": "对象",
    "outcome": "结果",
    "{count:event|events} on {target} and in this project": "{target} 与本项目共有 {count} 条操作记录",
    "no event was left": "没有留下操作记录",
    "export": "导出",
    "{files:file|files} with {rows:row|rows} in {folder}; it holds personal data": (
        "{folder} 中 {files} 个文件、{rows} 行；含个人数据"
    ),
    "{count:file|files} could not be read whole": "{count} 个文件未能完整读出",
    "The next commit holds no rows of people.": "将要提交的内容不含个人数据行。",
    "{count:file|files} of the next commit must not be in git.": "将要提交的文件中有 {count} 个不得进入 git。",
    "Plan what a branch proposes, for its pull request.": "为合并请求生成分支所提议的计划。",
    "run": "执行号",
    "state": "状态",
    "title": "标题",
    "yes": "是",
    "insert": "新增",
    "update": "改写",
    "delete": "删除",
    # Projects and targets.
    "A project is in {folder}.": "项目已建在 {folder}。",
    "A project is in {folder} already; nothing was written.": "{folder} 已有项目，未写入任何内容。",
    "edit hffix.toml, approvals/policy.toml and approvals/allowed_signers; then": (
        "编辑 hffix.toml、approvals/policy.toml 和 approvals/allowed_signers，然后"
    ),
    "{count:fix|fixes} on {target}": "{target}：修复脚本 {count} 个",
    "The target has no change log, or is out of reach: what was applied is not known.": (
        "目标库没有变更日志或无法连接：不知已执行过什么。"
    ),
    "Wrote {script} and {test}.": "已写入 {script} 和 {test}。",
    "edit them, then": "编辑后运行",
    "{target} has its change log now, and a lineage of its own.": "{target} 已建变更日志，并有了自己的谱系。",
    "{target}: the change log is upgraded to revision {to}.": "{target}：变更日志已升级到版本 {to}。",
    "{target} has its change log already, at its newest revision.": "{target} 已有变更日志，且为最新版本。",
    "{target} stands at its new place now, and its lineage goes on.": "{target} 已在新位置登记，谱系不变。",
    "{target} is a copy: it has a change log and a lineage of its own now.": (
        "{target} 是副本：已另建变更日志，并有了自己的谱系。"
    ),
    "pending: {reason}": "待补：{reason}",
    "Type {word} to sign:": "请输入 {word} 以确认签署：",
    "the database was moved: its lineage goes on at the new place": "数据库已搬迁：谱系在新位置延续",
    "the database is a copy, or was restored: a lineage of its own begins": "数据库是副本或由备份恢复：另立谱系",
    "purpose": "用途",
    "until now": "原位置",
    "from now on": "新位置",
    "witnesses": "佐证",
    "Nothing was written to the database; what was signed is kept in approvals/.": (
        "数据库未写入任何内容；已签署的声明保存在 approvals/ 中。"
    ),
    "{count:thing is|things are} missing.": "缺少 {count} 项。",
    "Nothing is missing.": "一切齐备。",
    # Plans.
    "Planned {fix} on {target}: {changed} of {scanned:row|rows} would change, {unresolved} are left to people.": (
        "已在 {target} 上计划 {fix}：{scanned} 行中将改 {changed} 行，{unresolved} 行待人工确认。"
    ),
    "nothing in {target} was written": "未写入 {target}",
    "{rows:row|rows} written, compared and rolled back in {seconds} s": (
        "写入并核对 {rows} 行，已全部撤回，用时 {seconds} 秒"
    ),
    "{rare:row|rows} in shapes of fewer than {few}   ← look at them with: hffix show {id}": (
        "{rare} 行属于不足 {few} 行的形态   ← 请细看：hffix show {id}"
    ),
    "Made the change set that takes run {run} back: {rows:row|rows}.": "已生成回滚第 {run} 号执行的变更集：{rows} 行。",
    "Made the change set that takes run {run} back: {rows:row|rows}; {conflicts} changed since and stay.": (
        "已生成回滚第 {run} 号执行的变更集：{rows} 行；{conflicts} 行其后有变动，保持不动。"
    ),
    "{rows:row|rows} struck from {parent}. New change set {id}: {changed:row|rows}.": (
        "已从 {parent} 中剔除 {rows} 行。新变更集 {id}：{changed} 行。"
    ),
    "{cases:case|cases} whole, with {asks:question|questions}": "整个个案 {cases} 个，连同查询 {asks} 条",
    "{along:row|rows} that nobody named went along with their case": "{along} 行未被点名，随其个案一并剔除",
    "{count:scanned row|scanned rows} since the plan, with what was struck before": (
        "自计划以来连同此前共剔除 {count} 个已扫描的行"
    ),
    "those of {parent} do not count for it, nor does a trial": "{parent} 的审批与试运行对新变更集均不计入",
    "git push, open the pull request, then": "git push 并发起合并请求，然后",
    "Wrote {file}.": "已写入 {file}。",
    # Where change sets stand.
    "Change set {id} of {fix} on {target}: {state}": "变更集 {id}（{target} 上的 {fix}）：{state}",
    "Nothing changes.": "没有改动。",
    "{count:change set|change sets}": "变更集 {count} 个",
    "run {run}: {decided} of {leaves:line|lines} decided": "第 {run} 号执行：{leaves} 行中已完成 {decided} 行",
    "{fresh:row is|rows are} as planned, {drifted} changed since": "{fresh} 行与计划一致，{drifted} 行其后有变动",
    "Change set {id} is withdrawn for good.": "变更集 {id} 已永久撤销。",
    "The target's change log says so too: a running apply stops at its next chunk.": (
        "目标库的变更日志已记录：正在进行的执行将在下一批前停止。"
    ),
    "The target could not be told; until its next open or resume this stops nobody there.": (
        "未能通知目标库；在其下次开始或续行之前，此撤销不会阻止任何人。"
    ),
    "Change set {id} {state}.": "变更集 {id}{state}。",
    "is paused from its next chunk's edge on": "将在下一批之前暂停",
    "may go on": "可以继续执行",
    "Change set {id}: {rows:row|rows} a chunk from its next chunk's edge on.": (
        "变更集 {id}：自下一分块起，每块 {rows} 行。"
    ),
    "paused": "已暂停",
    # Runs.
    "Stopping at the next chunk's edge; once more stops at once, and what is begun is rolled back.": (
        "将在本批结束后停止；再按一次立即停止，并撤回未提交的部分。"
    ),
    "Run {run} applied {applied} of {leaves:row|rows}.": "第 {run} 号执行：{leaves} 行中已写入 {applied} 行。",
    "Run {run} applied {applied} of {leaves:row|rows}; {conflicts} changed since the plan and stay.": (
        "第 {run} 号执行：{leaves} 行中已写入 {applied} 行；{conflicts} 行在计划后有变动，保持原样。"
    ),
    "Run {run} applied {applied} of {rows:row|rows}.": "第 {run} 号执行：{rows} 行中已写入 {applied} 行。",
    "Run {run} applied {applied} of {rows:row|rows}; the cases of {others} changed since the plan and stay.": (
        "第 {run} 号执行：{rows} 行中已写入 {applied} 行；{others} 行所属的个案在计划后有变动，保持原样。"
    ),
    "Run {run} stopped at a chunk's edge: {decided} of {leaves:line|lines} are committed.": (
        "第 {run} 号执行在分块之间停止：{leaves} 条记录中已提交 {decided} 条。"
    ),
    "Run {run} stopped: {decided} of {leaves:line|lines} are committed.": (
        "第 {run} 号执行已停止：{leaves} 条记录中已提交 {decided} 条。"
    ),
    "Run {run} closed: {leaves} planned = {applied} applied + {held} held + {conflicts} conflicts + {left} left.": (
        "第 {run} 号执行已关闭：计划 {leaves} 条 = 写入 {applied} + 核对不变 {held} + 冲突 {conflicts} + 剩余 {left}。"
    ),
    "{held} of {asks:question|questions} had the same answer": "{asks} 个查询条件中 {held} 个结果不变",
    "  as planned; another line of its case was not": "  与计划相同；同一个案的其他行有变动",
    "Run {run} stopped at a chunk's edge: {decided} of {leaves:row|rows} are committed.": (
        "第 {run} 号执行在分块之间停止：{leaves} 行中已提交 {decided} 行。"
    ),
    "Run {run} stopped: {decided} of {leaves:row|rows} are committed.": (
        "第 {run} 号执行已停止：{leaves} 行中已提交 {decided} 行。"
    ),
    "Run {run} closed: {leaves} planned = {applied} applied + {conflicts} conflicts + {left} left.": (
        "第 {run} 号执行已关闭：计划 {leaves} 行 = 写入 {applied} + 冲突 {conflicts} + 剩余 {left}。"
    ),
    "Change set {id} was used by run {run} already. Nothing was written.": (
        "变更集 {id} 已用于第 {run} 号执行。未写入任何内容。"
    ),
    "What is left needs a new plan.": "剩余各行需要重新计划。",
    "{count:run|runs} on {target}": "{target}：执行 {count} 次",
    # Looking back.
    "{table} {row}: {count:change|changes} by hffix; live: {live}.": (
        "{table} {row}：hffix 改动 {count} 次；现值：{live}。"
    ),
    "as written": "与写入一致",
    "changed since, not by hffix": "其后有变动，非 hffix 所为",
    "gone, as written": "已删除，与写入一致",
    "gone, not by hffix": "已不存在，非 hffix 所为",
    "never written": "从未写入",
    "run {run}, change {seq}: {kind}, {outcome}, {time}": "第 {run} 号执行，第 {seq} 项改动：{kind}，{outcome}，{time}",
    " at {commit}": "（提交 {commit}）",
    "{who} signed {id} on {time}": "{who} 于 {time} 签署 {id}",
    "{operator} applied it": "{operator} 执行",
    "The record is whole: {runs:run|runs}, {records:record|records}, {rows:row|rows}.": (
        "记录完整：执行 {runs} 次，记录 {records} 条，改动 {rows} 行。"
    ),
    "The record contradicts itself in {problems:place|places}: {runs:run|runs}, {rows:row|rows} were read.": (
        "记录有 {problems} 处自相矛盾：共读取执行 {runs} 次、改动 {rows} 行。"
    ),
    "{holding:row holds|rows hold} our value; {changed} changed since, not by hffix": (
        "{holding} 行仍为写入的值；{changed} 行其后有变动，非 hffix 所为"
    ),
    "live data": "现有数据",
    # Backups.
    "{parts:part is|parts are} proved: {rows:row|rows} come back from them as they were.": (
        "{parts} 个备份件已验证：{rows} 行可原样恢复。"
    ),
    "{parts:part|parts} with {rows:row|rows}; {stray} are named by no record and do not count.": (
        "备份件 {parts} 个，共 {rows} 行；其中 {stray} 个不见于任何记录，不予计入。"
    ),
    "{parts:part|parts} with {rows:row|rows}.": "备份件 {parts} 个，共 {rows} 行。",
    "{rows:row|rows} of run {run}, as they were before it, are in {file}.": (
        "第 {run} 号执行之前的 {rows} 行已恢复到 {file}。"
    ),
    # A new policy or new signers.
    "a new policy or new signers, for every target": "新的审批规则或签署人名单，适用于所有目标库",
    "Signed. The policy and signers stand, and judge what is approved from now on.": (
        "已签署。审批规则与签署人名单生效，此后的审批以此为准。"
    ),
    "Signed. The policy and signers do not stand yet.": "已签署。审批规则与签署人名单尚未生效。",
    "Type the first 12 digits of the digest to sign: {answer}": "请输入摘要的前 12 位以确认签署：{answer}",
    # What each command does.
    "Commands": "命令",
    "Auditable batch correction of production data: plan, approve, apply, trace, verify, roll back.": (
        "生产数据的可审计批量更正：计划、审批、执行、追溯、校验、回滚。"
    ),
    "Make a project: hffix.toml, a policy to fill in, folders.": "建项目：hffix.toml、待填写的审批规则、目录。",
    "Give a target its change log; say that it moved.": "为目标库建变更日志；或声明它已搬迁。",
    "Say what is missing: policy, target, change log, key, space.": (
        "检查还缺什么：规则、目标库、变更日志、密钥、空间。"
    ),
    "Begin a fix: its script and its test, which run as they stand.": "新建修复脚本及其测试，两者均可直接运行。",
    "List the fixes, and where their change sets stand.": "列出修复脚本及其变更集的状态。",
    "Run a fix over a snapshot and write its change set.": "对快照运行修复脚本，写出变更集。",
    "Show a change set by the shapes of its changes.": "按形态查看变更集。",
    "Take rows, cases or shapes out of a change set.": "从变更集中剔除行、个案或整类形态。",
    "Sign change sets.": "审批签名。",
    "Withdraw a change set for good.": "永久撤销变更集。",
    "Say where change sets stand: approvals, run, drift.": "查看变更集的状态：审批、执行、数据变动。",
    "Write the approved rows; called again, it goes on.": "执行已审批的行；再次运行即断点续跑。",
    "Stop a run at its next chunk's edge.": "在下一个分块之前暂停。",
    "Let a paused run be applied again.": "放行已暂停的执行。",
    "Set how many rows a run writes in one transaction.": "设定每个分块的行数。",
    "End a run and leave the rest of its rows as they are.": "结束执行，剩下的行保持原样。",
    "Make the change set that takes a run back.": "生成回滚某次执行的变更集。",
    "List the runs of a target.": "列出目标库的各次执行。",
    "Show the life of a row: who, why, on whose word.": "追溯一行的来历：谁改的、为什么、谁批准的。",
    "Prove the record: log, chain, receipts, approvals, backups.": "校验记录：日志、链、收据、审批、备份。",
    "List, verify or restore the backup parts.": "列出、验证、恢复备份。",
    "Generate a database with known dirt, and walk through it.": "生成含已知脏数据的演示库，并走一遍全过程。",
    "Print a page of the reference.": "打印参考手册的一页。",
    "  {column}   found: {value}": "  {column}   现为：{value}",
    "  found: no row of that key": "  现无此主键的行",
    # Demo.
    "A generated provident fund with known dirt is in {folder}.": "含已知脏数据的演示公积金库已建在 {folder}。",
}
