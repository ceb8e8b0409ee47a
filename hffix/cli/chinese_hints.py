"""The Chinese of what every refusal tells people to do next: the English hint is the key."""

from typing import Final

HINTS: Final[dict[str, str]] = {
    "Leave --together out: each change set then gets a statement of its own.": (
        "请去掉 --together：每个变更集将各有一份声明。"
    ),
    "Take the newest files from git; who wants the earlier ones again changes a word and has them signed.": (
        "请从 git 取得最新文件；如需恢复从前的规定，请改动一处文字并重新签署。"
    ),
    "Take approvals/revoked_keys from git; its owner signs with a new key from now on.": (
        "请从 git 取得 approvals/revoked_keys；其所有人今后用新密钥签署。"
    ),
    "Let somebody with a key run any hffix apply: it writes the pending receipt first.": (
        "请持有密钥的人运行任一 hffix apply：它会先写出待补的收据。"
    ),
    "Ask somebody else.": "请找其他人。",
    # Use and project.
    "See the command's --help.": "请看该命令的 --help。",
    "Go to the project's folder, or make one with: hffix init DIR": "请进入项目目录，或新建一个：hffix init DIR",
    "Correct hffix.toml at the place named.": "请按所指位置改正 hffix.toml。",
    "Name one of hffix.toml's targets with --target.": "请用 --target 指定 hffix.toml 中的一个目标库。",
    "Write ${VARIABLE} in its place and set that variable.": "请改写为 ${VARIABLE}，并设置该环境变量。",
    "Evidence is never overwritten: look at the file, and move it away if it is not evidence.": (
        "证据文件绝不覆盖：请查看该文件，若不是证据请移走。"
    ),
    "Free space or mend the rights of the folder named, then run the command again.": (
        "请腾出空间或修正所指目录的权限，再运行该命令。"
    ),
    "Run the command in a terminal and answer, or give what it asks for as an option.": (
        "请在终端中运行并回答，或用选项给出所问的内容。"
    ),
    "Choose another name.": "请另选名称。",
    "Give --author PERSON.": "请给出 --author 人员。",
    "Correct what the test gives.": "请改正测试所给的数据。",
    # Fixes and planning.
    "See the fixes with: hffix list": "查看修复脚本：hffix list",
    "Correct the script at the line named.": "请按所指行改正脚本。",
    "Correct the name; for a column that is no Python name use columns={...}.": (
        "请改正名称；列名不是 Python 名称时用 columns={...}。"
    ),
    "Rows are addressed by key: a new key is a delete and an insert.": "行按主键定位：换主键等于先删后增。",
    "Declare the column in writes, or leave it out of the result.": "请在 writes 中声明该列，或不要返回它。",
    "Narrow the where; raise at_most only if the larger number is meant.": (
        "请收窄 where；确实要改这么多行时才调大 at_most。"
    ),
    "Return the value to leave it, raise Unresolved to decline, or declare to_null=True.": (
        "不改请返回原值，无法判断请抛出 Unresolved，确要置空请声明 to_null=True。"
    ),
    "Correct the function at the line named; raise Unresolved for rows it cannot decide.": (
        "请按所指行改正函数；无法判断的行请抛出 Unresolved。"
    ),
    "Let each cell be decided in one place; narrow one of the two where conditions.": (
        "每个单元格只能由一处决定：请收窄两个 where 之一。"
    ),
    "Return text, a number, bytes, a date or None, or a dict of them for several columns.": (
        "请返回文本、数字、字节、日期或 None；多列时返回由它们组成的 dict。"
    ),
    "Give one reason for all rows of a kind, without the row's value in it.": (
        "同类的行请用同一个原因，原因中不含行的值。"
    ),
    "Correct the declaration at the line named.": "请按所指行改正声明。",
    "Correct the lines named, or ask whoever sent the file.": "请改正所指各行，或询问送来文件的人。",
    "Look at the rows that the condition names before planning or applying.": (
        "请先查看该条件所指的行，再计划或执行。"
    ),
    "Correct the fix so that the total stays, or take the keeps away if it may change.": (
        "请改正修复脚本使合计不变；若允许变化，请去掉 keeps。"
    ),
    "Take clocks, random numbers, set order and environment out of the fix.": (
        "修复脚本中不要用时钟、随机数、集合的顺序和环境变量。"
    ),
    "Correct the fix, or the rows that the message names, and plan again.": (
        "请改正修复脚本或消息所指的行，再重新计划。"
    ),
    "A fix decides from the row alone; bring other facts in as columns or corrections.": (
        "修复脚本只凭该行判断；其他事实请作为列或更正文件带入。"
    ),
    "Leave applied scripts as they are; write a new fix with the next number.": (
        "已执行的脚本请保持原样；请用下一个编号另写一个。"
    ),
    "Plan those rows too, or leave the rows they refer to.": "请把那些行也列入计划，或不动它们所引用的行。",
    "Free the value first with a fix of its own.": "请先用另一个修复脚本腾出该值。",
    "Give the newer one the next free number.": "请给较新的脚本换下一个可用编号。",
    "Declare at least one scope: clean, rows, sql, delete or corrections.": (
        "请至少声明一个范围：clean、rows、sql、delete 或 corrections。"
    ),
    # Change sets.
    "Take the file again from where it was made; do not edit signed files.": (
        "请从制作处重新取得该文件；不要编辑已签名的文件。"
    ),
    "Install the hffix that wrote it, or a newer one.": "请安装写出它的那个版本或更新版本的 hffix。",
    "Take the change set again from where it was planned.": "请从计划处重新取得该变更集。",
    "See the change sets with: hffix status": "查看变更集：hffix status",
    "Give more of the digest.": "请多写几位摘要。",
    "Compare the full digests, find out who made the second, and remove it.": (
        "请比较完整摘要，查明第二个是谁做的，并删除它。"
    ),
    "Copy changesets/ from where it was planned.": "请从计划处复制 changesets/。",
    "Take the change set again from where it was planned; nobody may edit it.": (
        "请从计划处重新取得该变更集；任何人不得编辑它。"
    ),
    "Read its unresolved rows with: hffix show CHANGESET --only unresolved": (
        "查看其待人工确认的行：hffix show CHANGESET --only unresolved"
    ),
    "See the numbers with: hffix show CHANGESET --shapes": "查看形态编号：hffix show CHANGESET --shapes",
    "Leave the table's large columns out of the fix, or correct these rows by other means.": (
        "请不要在修复脚本中涉及该表的大字段，或用其他办法更正这些行。"
    ),
    "Write the key whole, as hffix show CHANGESET --shape N --unmask prints it: 1234, or col=val,col=val.": (
        "请完整写出主键，如 hffix show CHANGESET --shape N --unmask 所示：1234，复合主键写作 col=val,col=val。"
    ),
    "Name its table with --table, and each of its key's columns as col=val.": (
        "请用 --table 指明其表，并把主键各列写作 col=val。"
    ),
    "Give one of its numbers, or name a row of the case with --row: that takes the whole case.": (
        "请给出已有的编号，或用 --row 指明个案中的一行：整个个案会一并剔除。"
    ),
    "Close the pull request instead; to forbid its use for good: hffix revoke CHANGESET": (
        "请直接关闭合并请求；如需永久禁用：hffix revoke CHANGESET"
    ),
    "Strike the rows that balance them as well, or correct the fix and plan again.": (
        "请把与之平衡的行一并剔除，或改正修复脚本后重新计划。"
    ),
    "Plan again: erased lines are never applied.": "请重新计划：已清除的行不会被执行。",
    # Approvals and keys.
    "Ask the people named to run: hffix approve CHANGESET": "请所列人员运行：hffix approve CHANGESET",
    "Correct the file at the line named.": "请按所指行改正文件。",
    "Ask the signer to sign again; do not edit signed files.": "请签署人重新签署；不要编辑已签名的文件。",
    "Have the key added to approvals/allowed_signers, or sign with the person's own key.": (
        "请把该公钥加入 approvals/allowed_signers，或用本人的密钥签署。"
    ),
    "Give --sign-with FILE, start an ssh-agent, or set git's user.signingkey.": (
        "请给出 --sign-with FILE，或启动 ssh-agent，或设置 git 的 user.signingkey。"
    ),
    "Ask somebody else whom the policy allows.": "请由审批规则允许的其他人签署。",
    "Ask somebody whom the policy gives the role operator.": "请由审批规则中的操作员（operator）执行。",
    "Plan again if the correction is still wanted.": "若仍需更正，请重新计划。",
    "Leave --purpose out, or give the purpose that the message names.": "请去掉 --purpose，或改为消息所指的用途。",
    "Each person named gives the same command with: hffix erase TABLE:ROW --sign": (
        "请所列人员各自运行同一命令：hffix erase TABLE:ROW --sign"
    ),
    "Sign again, here, where every line is at hand: hffix erase TABLE:ROW --sign": (
        "请在所有行都在手边的这台机器上重新签名：hffix erase TABLE:ROW --sign"
    ),
    "Mend what is named, then finish with: hffix erase": "请处理所列问题，再收尾：hffix erase",
    "Check table and key; see what hffix did to a row with: hffix trace TABLE ROW": (
        "请核对表名与主键；查看某行的改动：hffix trace TABLE ROW"
    ),
    "Plan again; an open run is ended with: hffix close CHANGESET": (
        "请重新计划；未完成的执行请结束：hffix close CHANGESET"
    ),
    "Ask the people named to run: hffix approve --purpose policy; or put the earlier two files back.": (
        "请所列人员运行：hffix approve --purpose policy；或换回先前的两个文件。"
    ),
    # Targets.
    "Check the url in hffix.toml, and that the database is there and may be read.": (
        "请检查 hffix.toml 中的 url，以及数据库是否存在、可读。"
    ),
    "Use sqlite:///fund.db, postgresql+psycopg://host/fund or mysql+pymysql://host/fund.": (
        "请用 sqlite:///fund.db、postgresql+psycopg://host/fund 或 mysql+pymysql://host/fund。"
    ),
    # Databases without an engine of their own.
    "Name another driver of the same database in the url, or have the rows kept where they can be locked.": (
        "请在 url 中改用同一数据库的另一驱动，或把这些行存放在能加锁之处。"
    ),
    "Install the package that brings this database's dialect of SQLAlchemy, or correct the url.": (
        "请安装提供该数据库 SQLAlchemy 方言的软件包，或改正 url。"
    ),
    "Name another driver of the same database in the url.": "请在 url 中改用同一数据库的另一驱动。",
    "Install the libraries of its vendor that it needs; its documentation names them.": (
        "请安装该驱动所需的厂商库；其文档中有说明。"
    ),
    "Write host and database into the url.": "请在 url 中写明主机和数据库。",
    "hffix needs a database whose transactions are isolated from one another.": "hffix 需要事务相互隔离的数据库。",
    "Look for a newer package of this dialect, or for another driver of the same database.": (
        "请换用该方言的新版软件包，或同一数据库的另一驱动。"
    ),
    "Have the table stored where rows can be locked, or use a database that locks them.": (
        "请把该表改存于能锁行之处，或使用能锁行的数据库。"
    ),
    "Make it with: hffix init-target": "请建立变更日志：hffix init-target",
    "Take the table out of the fix, or give it a declared key.": "请从修复脚本中去掉该表，或为它声明主键。",
    "Give the rows a key by other means first; hffix addresses rows by key only.": (
        "请先用其他办法给这些行主键；hffix 只按主键定位行。"
    ),
    "Plan again on today's schema, and have it approved again.": "请按现在的表结构重新计划，并重新审批。",
    "Apply it on the target it was planned for, or plan again here.": "请在计划时的目标库上执行，或在此重新计划。",
    "Say which: hffix init-target --moved (same lineage) or --copy (a new one).": (
        "请声明是哪一种：hffix init-target --moved（谱系不变）或 --copy（另立谱系）"
    ),
    "Find out whether the database was restored; then plan again.": "请查明数据库是否由备份恢复；然后重新计划。",
    "Nothing to do.": "无需处理。",
    "Set the journal mode to WAL or DELETE, so that a commit outlives a power cut.": (
        "请把日志模式设为 WAL 或 DELETE，使提交在断电后仍在。"
    ),
    "Correct the where, the expression or the query that is named.": "请改正所指的 where、表达式或查询。",
    "Mend the fix so that its rows fit, and plan again with --trial.": (
        "请改正修复脚本使各行合乎约束，并用 --trial 重新计划。"
    ),
    "Run the command again when the other transaction has ended.": "请等另一事务结束后再运行。",
    "Wait until that session has ended, or pause it with: hffix pause CHANGESET": (
        "请等该会话结束，或将其暂停：hffix pause CHANGESET"
    ),
    "Find out who replaced the database; a copy is declared with init-target --copy.": (
        "请查明是谁替换了数据库；副本用 init-target --copy 声明。"
    ),
    "Convert the database to UTF-8 with its own tools first.": "请先用数据库自带工具把它转换为 UTF-8。",
    "Run the command again; it waits for the old session to end and reads what happened.": (
        "请再次运行该命令；它会等待旧会话结束，并读取实际结果。"
    ),
    "Run it in a whole clone of the project (fetch-depth: 0), on the branch that is proposed.": (
        "请在项目的完整克隆中（fetch-depth: 0）、在所提议的分支上运行。"
    ),
    "Mend what is named, and propose again.": "请改正所列各项，然后重新提议。",
    "hffix doctor names each right with its GRANT; hffix init-target --print-grants prints those of every role.": (
        "hffix doctor 逐项列出所缺权限及其 GRANT；hffix init-target --print-grants 列出各角色的全部授权。"
    ),
    "Make backups/ in the project writable for this account, then run the command again.": (
        "请让本账户可写项目中的 backups/，然后再次运行该命令。"
    ),
    "Name the primary in the url.": "请在 url 中填写主库。",
    "Leave the default schema out of the name.": "名称中不要写默认模式（public）。",
    "Ask who runs the server to set it on.": "请让服务器管理者将其设为 on。",
    "Ask who runs the server, or a pooler before it, to leave the session's settings alone.": (
        "请让服务器或其前连接池的管理者不要改动会话设置。"
    ),
    "Run the command again; it reads what happened and goes on from there.": (
        "请再次运行；它会读取已发生的事并接着进行。"
    ),
    "Look for a name that is taken, a missing right, or a trigger that is not hffix's.": (
        "请检查是否有重名、缺少权限，或有不属于 hffix 的触发器。"
    ),
    "Install the hffix that upgraded it, or a newer one.": "请安装升级它的那个版本或更新版本的 hffix。",
    # Applying.
    "Look at the row; then apply again, or leave the rest with: hffix close CHANGESET": (
        "请查看该行；然后再次执行，或放弃其余各行：hffix close CHANGESET"
    ),
    "Find what changes the row when it is written; plan again, expected effects declared with fix.side_effects(…).": (
        "请查明写入时是什么改动了该行；预期的附带改动用 fix.side_effects(…) 声明后重新计划。"
    ),
    "Declare what is expected, and plan again: fix.side_effects(TABLE), or hffix rollback RUN --besides TABLE": (
        "请声明预期的附带写入并重新计划：fix.side_effects(TABLE)，或 hffix rollback RUN --besides TABLE"
    ),
    "Name the table that the view shows: rows are written where they lie.": "请写视图所显示的表：行写在它们所在之处。",
    "Declare it in the fix, so that it is seen, signed and recorded: fix.side_effects(…)": (
        "请在修复脚本中声明，使其可见、被签署并记录：fix.side_effects(…)"
    ),
    "Find what removes or holds back rows; plan again with --trial.": (
        "请查明是什么删除或拦下了行；用 --trial 重新计划。"
    ),
    "To do it again, plan again.": "若要再做一次，请重新计划。",
    "Go on with: hffix apply CHANGESET": "继续执行：hffix apply CHANGESET",
    "Go on with: hffix resume CHANGESET, then hffix apply": "继续执行：hffix resume CHANGESET，然后 hffix apply",
    "Free space where backups/ lies, then apply again.": "请在 backups/ 所在处腾出空间，再执行。",
    "Use a faster disk for backups/, smaller chunks, or a longer [backup] seconds.": (
        "请为 backups/ 换更快的磁盘、用更小的分块，或加长 [backup] seconds。"
    ),
    "End it first, with hffix apply CHANGESET or hffix close CHANGESET.": (
        "请先结束它：hffix apply CHANGESET 或 hffix close CHANGESET"
    ),
    "See the runs with: hffix runs": "查看各次执行：hffix runs",
    "Set the clocks right: approvals expire by the target's clock.": "请校准时钟：审批按目标库的时钟到期。",
    "Apply it with the version of hffix that planned it.": "请用计划它的那个版本的 hffix 执行。",
    "Run hffix verify; do not write anything more to this target.": "请运行 hffix verify；不要再向该目标库写入。",
    "See what the run did with: hffix runs, hffix trace TABLE ROW": (
        "查看该次执行做了什么：hffix runs、hffix trace TABLE ROW"
    ),
    "Run hffix verify --data; roll back with: hffix rollback RUN": (
        "请运行 hffix verify --data；回滚：hffix rollback RUN"
    ),
    # Evidence.
    "Stop writing; run hffix verify, and find out who changed the change log.": (
        "请停止写入；运行 hffix verify，并查明是谁改动了变更日志。"
    ),
    "Find out who restored or cut the database; hffix verify names what is missing.": (
        "请查明是谁恢复或截断了数据库；hffix verify 会指出缺少什么。"
    ),
    "Find out who wrote them; --adopt HEAD goes on and leaves them out of your receipt.": (
        "请查明是谁写的；--adopt HEAD 可继续，且不把它们计入您的收据。"
    ),
    "The database lost a commit: find out how before anything is written again.": (
        "数据库丢失了一次提交：再次写入之前请查明原因。"
    ),
    "Read the problems above; each names its place. Nothing was changed by looking.": (
        "请看上面的问题，每个都指出位置。校验不改动任何内容。"
    ),
    "Take the part from another copy of backups/; the change log's before-images remain.": (
        "请从 backups/ 的另一副本取回该备份件；变更日志中的前像仍在。"
    ),
    "Take the receipt again from git; do not edit signed files.": "请从 git 重新取得收据；不要编辑已签名的文件。",
    "Find out whether the database was set back, or the head belongs to another lineage.": (
        "请查明数据库是否被倒退，或该链头属于另一谱系。"
    ),
    "Look at the rows that the condition names; roll back with: hffix rollback RUN": (
        "请查看该条件所指的行；回滚：hffix rollback RUN"
    ),
    "Write the key as 1234, or as col=val,col=val for a composite key.": (
        "主键写作 1234；复合主键写作 col=val,col=val。"
    ),
    "Run the command again: it writes the receipt that is pending.": "请再次运行该命令：它会补写待出的回执。",
    "Ask who runs the server to make room on its disks, then run the command again.": (
        "请让服务器管理者腾出磁盘空间，然后再次运行该命令。"
    ),
    "Plan again with --repeat; on PostgreSQL both plans read one snapshot.": (
        "请再次用 --repeat 计划；在 PostgreSQL 上两次计划读取同一快照。"
    ),
    # Given where it happens.
    "Ask who runs the server to set max_allowed_packet to 16M or more.": (
        "请让服务器管理者将 max_allowed_packet 设为 16M 或更大。"
    ),
    "Give -o another place.": "请给 -o 换一个位置。",
    "Give -o another name, or add --force.": "请给 -o 换一个文件名，或加 --force。",
    "Each person named signs it too, on the same target, with: hffix init-target --moved --sign-with KEY": (
        "请所列人员各自在同一目标库上签署：hffix init-target --moved --sign-with KEY"
    ),
    "Each person named signs it too, on the same target, with: hffix init-target --copy --sign-with KEY": (
        "请所列人员各自在同一目标库上签署：hffix init-target --copy --sign-with KEY"
    ),
    "Add a [[require]] without conditions to approvals/policy.toml.": (
        "请在 approvals/policy.toml 中加一条不带条件的 [[require]]。"
    ),
    "Find out who made this change set: plan refuses such a case. Then plan again.": (
        "请查明此变更集由谁生成：plan 会拒绝这样的个案。然后重新计划。"
    ),
    # Cases, lookups, params.
    "Correct the entries named: a lookup needs its two columns, and keys that stand there once.": (
        "请改正所列条目：对照表须有那两列，且键不得重复。"
    ),
    "Load the entries into a table and look them up there, or decide such rows in a case.": (
        "请把这些条目导入数据表后对照，或用个案处理这些行。"
    ),
    "Take keys that the sequence is already past, or a range that it never reaches.": (
        "请使用序列已经发放过的主键，或它不会用到的号段。"
    ),
    "Cut the case into smaller ones, or decide its rows one by one with @fix.rows.": (
        "请把个案拆小，或改用 @fix.rows 逐行处理。"
    ),
    "Give params as -p name=value; the script declares them in Fix(params={...}).": (
        "请用 -p 名称=值 给出参数；脚本在 Fix(params={...}) 中声明。"
    ),
    "Plan it on a target that its targets=(...) names.": "请在其 targets=(...) 所列的目标库上计划。",
    "Apply that fix first; then plan this one.": "请先执行那个修复脚本，再计划本脚本。",
    "Plan again: the values would come out differently now.": "请重新计划：现在得出的值会不同。",
}
