"""The Chinese of what the policy asks, in words."""

from typing import Final

POLICY: Final[dict[str, str]] = {
    "Check the policy; explain what a change set lacks.": ("检查审批规则；说明变更集还缺什么。"),
    "The policy can be met: {people:person|people}, {keys:key|keys}, {asked:requirement|requirements}.": (
        "审批规则可以满足：{people} 人，{keys} 把密钥，{asked} 项要求。"
    ),
    "people": "人员",
    "asks": "要求",
    "to know": "须知",
    "not signed": "尚未签署",
    "One statement over {count:change set|change sets} is signed.": "已签署一份涵盖 {count} 个变更集的声明。",
    "it is": "性质",
    "signed": "已签署",
    "signed by {person}, countersigned by {others}": "由 {person} 签署，{others} 会签",
    "never counts": "不得计入",
    "is left who could approve it: {why}": "可以审批它：{why}",
    "nobody's": "无主",
    "{person} has a key, and is not in the policy.": "{person} 有密钥，但不在审批规则中。",
    "{person} has no key, and can sign nothing.": "{person} 没有密钥，不能签署。",
    "{person} has no key that counts now.": "{person} 目前没有有效的密钥。",
    "{person}'s last key counts until {time}.": "{person} 最后一把密钥有效至 {time}。",
    "These have no e-mail, so their commits make nobody an author: {people}.": (
        "以下人员没有电子邮箱，其提交不会使任何人算作起草人：{people}。"
    ),
    "line {line}: too few have a key that counts now: {people}.": "第 {line} 行：持有效密钥的人不够：{people}。",
    "line {line}: nobody is to spare: what one of these wrote or applies, too few could approve: {people}.": (
        "第 {line} 行：没有余地：其中任何人起草或执行的变更集，可审批的人就不够：{people}。"
    ),
    "Nobody with the role operator has a key that counts now: nothing can be applied.": (
        "没有操作员持有有效的密钥：什么都不能执行。"
    ),
    "No requirement of the policy covers change set {id}: nothing is approved.": (
        "审批规则没有一项要求涉及变更集 {id}：不予批准。"
    ),
    "Nobody is left who could give what change set {id} lacks.": "变更集 {id} 所缺的审批，已无人可以给出。",
    "Change set {id} is not approved yet.": "变更集 {id} 尚未获得审批。",
    "The policy and signers changed, and too few have signed that: they do not stand.": (
        "审批规则或签署人名单已改动，签署认可的人不够：尚未生效。"
    ),
    "Change set {id} has every approval that the policy asks for.": "变更集 {id} 已具备审批规则要求的全部审批。",
    "risk {risk}, {rows:row|rows} of {tables}, for {purpose}": "风险{risk}，{tables} 共 {rows} 行，用途 {purpose}",
    "{email} is in the fix's history, and nobody's in the policy": (
        "{email} 在修复脚本的历史中，但不属于审批规则中的任何人"
    ),
    ": ": "：",
    "The approvals of run {run} cover change set {id} too, if it takes back nothing else: apply looks.": (
        "第 {run} 号执行的审批也涵盖变更集 {id}，只要它不多撤回任何内容：执行时核对。"
    ),
    "not about this": "与此无关",
    "signed by {people}": "{people} 已签署",
    "nobody has signed": "无人签署",
    "{people} could sign": "{people} 可以签署",
    "nobody else could sign": "无他人可以签署",
    ", which is not enough": "，仍然不够",
    "line {line}, ": "第 {line} 行，",
    "always": "一律适用",
    "{count} of {roles}, {when}": "{roles} {count} 人，{when}",
    "at risk {risks}": "风险为{risks}时",
    "from {rows:row|rows}": "达到 {rows} 行时",
    "where {tables} changes": "改动 {tables} 时",
    "for {purposes}": "用途为 {purposes} 时",
    "no role": "无角色",
    "{keys:key|keys}": "{keys} 把密钥",
    "{person} on {day}, until {until}": "{person}，{day}，有效至 {until}",
    "{person} on {day}": "{person}，{day}",
    "an author of the fix": "修复脚本的起草人",
    "the planner of the change set": "变更集的计划人",
    "an operator of the run": "执行的操作员",
}
