"""The Chinese of what happened: usage errors, and the refusals that people meet most, with their facts kept."""

import re
from typing import Final

# Each English message, its facts as groups, and how it is said with the same facts.
_MESSAGES: Final = tuple(
    (re.compile(english, re.DOTALL), chinese)
    for english, chinese in (
        # Usage, as click words it.
        (r"Missing argument '(.+?)'\.", r"缺少参数 \1。"),
        (r"Missing option '(.+?)'\.", r"缺少选项 \1。"),
        (r"No such command '(.+?)'\.(?: .*)?", r"没有命令 \1。"),
        (r"No such option[: ]+'?([^' ]+?)'?\.?(?: .*)?", r"没有选项 \1。"),
        (r"Got unexpected extra arguments? \((.+)\)", r"多余的参数：\1"),
        (r"Option '(.+?)' requires an argument\.", r"选项 \1 需要一个值。"),
        (r"Option '(.+?)' does not take a value\.", r"选项 \1 不带值。"),
        (r"Invalid value for '(.+?)': '(.+?)' is not one of (.+)\.", r"\1 的值 \2 无效，可选：\3。"),
        (r"Invalid value for '(.+?)': '(.+?)' is not a valid integer\.", r"\1 的值 \2 不是整数。"),
        (r"Invalid value for '(.+?)': (.+)", r"\1 的值无效：\2"),
        (r"--moved and --copy exclude each other\.", "--moved 与 --copy 不能同时使用。"),
        (r"The pace is written chunk-rows=N\.", "步速写作 chunk-rows=N。"),
        # Project and questions.
        (r"no hffix\.toml in (.+) or a folder above it", r"\1 及其上级目录中没有 hffix.toml"),
        (r"hffix\.toml has no target (.+?); it knows (.+)", r"hffix.toml 中没有目标库 \1；已有：\2"),
        (r"no target of hffix\.toml fits (.+?); it knows (.+)", r"hffix.toml 中没有符合 \1 的目标库；已有：\2"),
        (r"the question was not answered", "问题没有得到回答"),
        (r"the passphrase was not given", "没有给出密码"),
        (r"the answer was another number; nothing was signed", "回答的数字不符；未签署"),
        (r"the answer was another word; nothing was signed", "回答不符；未签署"),
        (r"(.+) is there already", r"\1 已存在"),
        (r"(.+) is one of the project's own files, or in a folder of them",
         r"\1 是项目自己的文件，或在项目自己的目录中"),
        # Fixes and change sets.
        (r"no fix is called (.+); a fix is a file like (.+)", r"没有名为 \1 的修复脚本；修复脚本是形如 \2 的文件"),
        (r"a fix is named by small letters, digits and _, beginning with a letter",
         "修复脚本的名称由小写字母、数字和 _ 组成，以字母开头"),
        (r"(--\w+) is one line of text", r"\1 应为一行文字"),
        (r"(\w+) has this name already", r"\1 已使用此名称"),
        (r"git knows no user\.email here, so nobody is named as the author",
         "此处 git 没有 user.email，无法确定起草人"),
        (r"no change set begins with (.+)", r"没有以 \1 开头的变更集"),
        (r"a change set is named by at least four hex digits of its digest", "变更集用其摘要的至少四位十六进制数表示"),
        (r"change set (\w+) has no changes", r"变更集 \1 没有改动"),
        (r"nothing would be left of change set (\w+)", r"变更集 \1 将一行不剩"),
        (r"name what to strike: (.+) or (.+)", r"请指明剔除什么：\1 或 \2"),
        (r"change set (\w+) has no open run", r"变更集 \1 没有进行中的执行"),
        (r"change set (\w+) was planned on another database", r"变更集 \1 是在另一个数据库上计划的"),
        (r"change set (\w+) was used by run (\d+) already(.*)", r"变更集 \1 已用于第 \2 号执行\3"),
        (r"change set (\w+) was used by run (\d+), closed (\S+)", r"变更集 \1 已用于第 \2 号执行，\3 关闭"),
        (r"change set (\w+) was revoked by a signed statement", r"变更集 \1 已被签名声明撤销"),
        (r"change set (\w+) was revoked", r"变更集 \1 已被撤销"),
        (r"change set (\w+) is not approved: (.+)", r"变更集 \1 尚未获得审批：\2"),
        (r"the new place is not approved: (.+)", r"新位置尚未获得审批：\1"),
        (r"(\S+) has none of the roles that approve this: (.+)", r"\1 不具备可审批此事的角色：\2"),
        (r"(\S+) does not have the role operator", r"\1 没有操作员（operator）角色"),
        (r"the key (\S+) is nobody's in approvals/allowed_signers(?:, or revoked)?",
         r"密钥 \1 不属于 approvals/allowed_signers 中的任何人，或已被撤销"),
        (r"the key (\S+) is (\S+)'s, not (\S+)'s", r"密钥 \1 属于 \2，不属于 \3"),
        # Targets, runs and evidence.
        (r"there is no database file (.+)", r"没有数据库文件 \1"),
        (r"(\w+) is reached through (\w+), not through the driver of urls that begin with (\S+):",
         r"\1 经由 \2 连接，不经由以 \3: 开头的 url 的驱动"),
        (r"no engine for urls that begin with (\S+):", r"没有适用于以 \1: 开头的 url 的引擎"),
        (r"the driver (\S+) is not installed", r"没有安装驱动 \1"),
        (r"(\S+) has no words that lock rows", r"\1 没有锁行的语句"),
        (r"a locked row of (\S+) was given to another connection as well", r"\1 中已锁的行也给了另一连接"),
        (r"the driver of (\S+) does not say how many rows it wrote", r"\1 的驱动不报告写了多少行"),
        (r"the target (\S+) has no change log", r"目标库 \1 没有变更日志"),
        (r"the target has no change log", "目标库没有变更日志"),
        (r"the target is held by (.+)", r"目标库正由 \1 占用"),
        (r"the database stands at another place than its change log says", "数据库所在位置与其变更日志所记不同"),
        (r"receipts exist for target (\S+), but its database has no change log",
         r"目标库 \1 有收据，但其数据库没有变更日志"),
        (r"the receipts of target (\S+) belong to another lineage than its database",
         r"目标库 \1 的收据与其数据库不属于同一谱系"),
        (r"receipt (\S+) covers record (\d+), which the chain does not hold", r"收据 \1 涵盖第 \2 条记录，而链上没有"),
        (r"this machine's journal confirms record (\d+), which the chain does not hold",
         r"本机日志确认过第 \1 条记录，而链上没有"),
        (r"run (\d+) is still open", r"第 \1 号执行尚未结束"),
        (r"there is no run (\d+)", r"没有第 \1 号执行"),
        (r"no change of that row of (\S+) is in the change log", r"变更日志中没有 \1 该行的改动"),
    )
)  # fmt: skip


def message_in_chinese(message: str) -> str:
    """Say a message in Chinese where its form is known, else give it as it is."""
    for form, chinese in _MESSAGES:
        if found := form.fullmatch(message):
            return found.expand(chinese)
    return message
