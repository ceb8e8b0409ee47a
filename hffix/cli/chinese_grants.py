"""The Chinese of least rights: what --print-grants remarks, and what doctor says of an account."""

from typing import Final

from hffix.cli.render_grants import DOES, EXAMPLE, FOLDER, ORDER, REFERRING, VIEWS

GRANTS: Final[dict[str, str]] = {
    "rights": "权限",
    "Least rights for hffix on {target}, database {database}. Nothing was touched: review this, then run it.": (
        "hffix 在 {target}（数据库 {database}）所需的最小权限。未触动任何内容：请审阅后执行。"
    ),
    "For the fixes: {fixes}.": "适用的修复脚本：{fixes}。",
    ORDER: "须先有变更日志：由数据表的所有者账号运行 hffix init-target。",
    REFERRING: (
        "仅凭修复脚本无从得知：外键动作（ON DELETE、ON UPDATE）会波及的引用表，即被删行或被改引用列的下级表。"
        "计划人也须能读这些表；hffix doctor 与 hffix plan 会指出所缺。"
    ),
    VIEWS: (
        "各角色借以看见触发器、检查约束和外键的视图，由能看见整个服务器的账号（*.* 上的 SELECT、TRIGGER、PROCESS）"
        "建立，视图以该账号的眼睛来看。没有它们，各角色就需要整个数据库的 TRIGGER 权限，而那也允许建立和删除触发器。"
    ),
    FOLDER: (
        "SQLite 所有的只是文件及其所在目录（日志写在其中）的权限：操作员账号可写，计划人和审计人员可读，"
        "其他人没有权限。例如："
    ),
    EXAMPLE: "每人一个账号，除角色外没有其他权限；例如：",
    (
        "SQLite has no accounts and no grants. Who may write {file} may write every row in it and its change log, and"
        " may drop the triggers that keep the log append-only; only the receipts outside of it would tell."
    ): (
        "SQLite 没有账号和授权。能写 {file} 的人就能写其中每一行和变更日志，也能删除使日志只增不改的触发器；"
        "只有库外的收据能够揭示。"
    ),
    DOES["planner"]: "计划人：计划、查看、列出、生成回滚。读取日志和修复脚本涉及的表，不写任何内容。",
    DOES["operator"]: "操作员：执行、关闭、暂停、带 --trial 计划。改写修复脚本声明的列，向日志追加。",
    DOES["approver"]: "审批人：撤销变更集，使正在进行的执行停下。只作审批的人不需要任何账号。",
    DOES["auditor"]: "审计人员：校验、追溯。读取日志和修复脚本改动的表。",
    DOES["eraser"]: "清除人：从日志中清除某人的行，因此可清空日志的六个列。不得与操作员共用账号。",
}
