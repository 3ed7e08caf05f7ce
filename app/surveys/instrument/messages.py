"""Every sentence about an instrument file, in Chinese and English: what is wrong, what to do."""

from app.surveys.instrument.problems import WARNING, Problem

# code: (English, Chinese); placeholders are the keys of `Problem.data`.
MESSAGES: dict[str, tuple[str, str]] = {
    # The file as YAML.
    "file_too_large": (
        "The file is larger than {limit} bytes. Split the survey or shorten its texts.",
        "文件超过 {limit} 字节。请拆分问卷或缩短文字。",
    ),
    "file_empty": ("The file is empty.", "文件是空的。"),
    "not_utf8": (
        "The file is not UTF-8. Save it as UTF-8.",
        "文件不是 UTF-8 编码。请另存为 UTF-8。",
    ),
    "not_yaml": (
        "The file cannot be read as YAML here: {reason}. Check indentation, quotes and brackets.",
        "这里不是正确的 YAML（{reason}）。请检查缩进、引号和括号。",
    ),
    "several_documents": (
        "A second document starts here. Keep one instrument in one file.",
        "这里开始了第二份文档。一个文件只能放一份问卷。",
    ),
    "yaml_directive": ("Remove the % directive.", "请删去以 % 开头的指令。"),
    "too_deep": ("Nested deeper than {limit} levels.", "嵌套超过 {limit} 层。"),
    "yaml_anchor": (
        "Anchors and aliases (&, *) are not allowed. Write the text out.",
        "不允许使用锚点和别名（&、*）。请把内容写全。",
    ),
    "yaml_tag": (
        "Tags (!) are not allowed. Remove “{word}”.",
        "不允许使用标签（!）。请删去“{word}”。",
    ),
    "bad_key": (
        "“{word}” cannot be a key. Use a word or a number.",
        "“{word}”不能作键。请用单词或数字。",
    ),
    "repeated_key": (
        "The key “{word}” stands here twice. Remove one.",
        "键“{word}”重复出现。请删去一个。",
    ),
    "ambiguous_value": (
        "“{word}” may be read in several ways. Put it in quotes.",
        "“{word}”可能有几种读法。请加上引号。",
    ),
    "bad_character": (
        "This text holds a character that cannot be shown. Type it again.",
        "这段文字含有无法显示的字符。请重新输入。",
    ),
    # Its form.
    "missing_key": ("“{key}” is missing. Add it here.", "缺少“{key}”。请在这里补上。"),
    "unknown_key": (
        "“{word}” is not a known key here. The nearest known one is “{nearest}”.",
        "这里不认识“{word}”。最接近的键是“{nearest}”。",
    ),
    "stray_key": (
        "“{word}” is not a known key here. Remove it.",
        "这里不认识“{word}”。请删去。",
    ),
    "misplaced_key": (
        "“{key}” has no meaning in a section that asks “{asked}”. Remove it.",
        "“{key}”在“{asked}”的部分里没有意义。请删去。",
    ),
    "one_verb": (
        "A section asks one thing: exactly one of rate, pick, tick, choose, write ({count} given).",
        "每个部分只问一件事：rate、pick、tick、choose、write 必须恰好写一个（现有 {count} 个）。",
    ),
    "unknown_word": (
        "“{word}” is not allowed here. Use one of: {allowed}.",
        "这里不能写“{word}”。可用：{allowed}。",
    ),
    "bad_code": (
        "“{word}” is no code. Use letters, digits and _, starting with a letter.",
        "“{word}”不能作代码。请用字母、数字和下划线，并以字母开头。",
    ),
    "empty": ("This is empty. Add at least one entry.", "这里是空的。请至少写一项。"),
    "too_long": ("Longer than {limit} characters. Shorten it.", "超过 {limit} 个字符。请缩短。"),
    "too_many_entries": ("More than {limit} entries. Remove some.", "超过 {limit} 项。请减少。"),
    "out_of_range": ("The number must be {side} {limit}.", "这个数必须 {side} {limit}。"),
    "need_text": ("A text is expected. Put it in quotes.", "这里应当是文字。请加上引号。"),
    "need_number": ("A whole number is expected.", "这里应当是整数。"),
    "need_yes_no": ("Write true or false.", "请写 true 或 false。"),
    "need_list": ("A list is expected.", "这里应当是列表。"),
    "need_mapping": (
        "Keys with values are expected, e.g. {{zh-Hans: ..., en: ...}}.",
        "这里应当是“键: 值”，例如 {{zh-Hans: ..., en: ...}}。",
    ),
    "wrong_value": ("This value cannot be used: {reason}.", "这个值不能用：{reason}。"),
    "repeated_code": (
        "The code “{word}” is used twice. Rename one.",
        "代码“{word}”重复。请改掉一个。",
    ),
    "reserved_section": (
        "A section cannot be called “{word}”: a page of that name exists already. Rename it.",
        "部分不能叫“{word}”：已有同名的页面。请换一个名称。",
    ),
    "no_such_area_number": (
        "There is no area number {number}; the areas are 1 to {areas}.",
        "没有第 {number} 个方面；只有 1 到 {areas}。",
    ),
    # References.
    "unknown_scale": (
        "There is no scale “{word}”. Add it to scales.",
        "没有量表“{word}”。请在 scales 中加上。",
    ),
    "unused_scale": ("No item uses the scale “{word}”.", "没有题目使用量表“{word}”。"),
    "unknown_department": (
        "There is no department “{word}”. Add it to departments.",
        "没有部门“{word}”。请在 departments 中加上。",
    ),
    "unknown_area": ("There is no area “{word}”.", "没有方面“{word}”。"),
    "unknown_item": (
        "There is no item or section “{word}”.",
        "没有叫“{word}”的题目或部分。",
    ),
    "no_answers": (
        "Nobody of “{word}” answered. Join it with another category.",
        "“{word}”没有人作答。请与别的类别合并。",
    ),
    "margins_differ": (
        "The margins speak of {first} and of {second} households. Give them the same sum.",
        "各组户数的合计不同：{first} 与 {second}。请改成相同的合计。",
    ),
    "raking_fails": (
        "No weights meet all totals: after {rounds} rounds one is {percent}% off. Check them.",
        "找不到同时符合各组户数的权重：{rounds} 轮后仍差 {percent}%。请核对户数。",
    ),
    "no_weight": (
        "Every share is 0. Give at least one item a share above 0.",
        "所有权重都是 0。请至少给一项大于 0 的权重。",
    ),
    "weights_rule": (
        "The data lack what the weights “{word}” need. Choose another rule.",
        "数据里没有权重规则“{word}”所需的内容。请改用别的规则。",
    ),
    "no_such_column": (
        "The data file has no column “{word}”.",
        "数据文件没有“{word}”这一列。",
    ),
    "repeated_word": ("“{word}” stands here twice. Remove one.", "“{word}”写了两次。请删去一个。"),
    "wave_later": (
        "“{word}” is later than “{next}”. Write earlier waves, in order of time.",
        "“{word}”晚于“{next}”。请按时间先后写更早的各期。",
    ),
    "communities_unweighted": (
        "Communities are compared without weights by “{word}”. Leave out one of the two.",
        "小区并列比较不能按“{word}”加权。两者只能留一个。",
    ),
    "unknown_column_key": (
        "“{word}” is no entry of a column map. Use e.g. overall, importance, performance.<area>.",
        "列对照表里没有“{word}”这一项。可用 overall、importance、performance.<方面> 等。",
    ),
    "needs_too_many": (
        "A valid response cannot need more than {limit} answers here.",
        "有效答卷在这里最多只能要求 {limit} 个答案。",
    ),
    "section_without_items": ("This section asks nothing.", "这个部分没有任何题目。"),
    "attributes_never_asked": (
        "These attributes are never asked. Add a section {{rate: attributes}}.",
        "这些细项从来不会问到。请加上 {{rate: attributes}} 的部分。",
    ),
    # Scales.
    "scale_order": (
        "Points must be whole numbers in steps of one, worst first.",
        "分值必须是逐一递增的整数，最差的在前。",
    ),
    "scale_without_direction": (
        "The scale has no clear direction. Name both ends, and let “satisfied” be its upper end.",
        "量表看不出方向。请给两端写上说明，并让 satisfied 是高分的一端。",
    ),
    "no_such_point": ("{point} is no point of this scale.", "{point} 不是这个量表的分值。"),
    # Measures.
    "no_importance": (
        "No section asks what matters to people. Add {{pick: areas}} before performance.",
        "没有询问重要性的部分。请在满意度之前加上 {{pick: areas}}。",
    ),
    "no_overall": (
        "No section asks overall satisfaction. Add {{rate: overall}}.",
        "没有询问总体满意度。请加上 {{rate: overall}}。",
    ),
    "comment_without_contact": (
        "Comments are asked, but not who may reply. Add “contact”.",
        "请业主写意见，却没有问谁可以联系。请加上 contact。",
    ),
    "role_without_partner": (
        "“{role}” is asked without “{partner}”. The zone of tolerance needs all three levels.",
        "问了“{role}”，却没有问“{partner}”。容忍区间需要三个水平都问。",
    ),
    "tolerance_scales_differ": (
        "Adequate, desired and perceived must have the same points.",
        "可接受、理想和实际三个水平必须用相同的分值。",
    ),
    "importance_after_performance": (
        "“{section}” asks importance after performance. Move it before.",
        "“{section}”在满意度之后才问重要性。请移到前面。",
    ),
    "unknown_condition": (
        "The condition “{word}” is no option of the experience question, so it can never hold.",
        "条件“{word}”不是经历题的选项，永远不会成立。",
    ),
    "condition_later": (
        "The condition “{word}” is asked later than this. Move the experience question before.",
        "条件“{word}”在这之后才问。请把经历题移到前面。",
    ),
    "condition_never_elder": (
        "The large-text form never asks “{word}”, so this is never shown. Set elder: false.",
        "大字版不问“{word}”，这里永远不会出现。请写 elder: false。",
    ),
    # Blocks and minutes.
    "pair_never_meets": (
        "The areas “{first}” and “{second}” never stand in one block. Change the design.",
        "方面“{first}”和“{second}”从不在同一区组出现。请修改设计。",
    ),
    "repeated_in_block": ("An area stands twice in this block.", "同一方面在这个区组里出现两次。"),
    "block_size": ("All blocks need the same size ({size}).", "每个区组的大小必须相同（{size}）。"),
    "blocks_unbalanced": (
        "Some areas stand in more blocks than others, so they get more answers.",
        "有的方面出现的区组更多，得到的答案也会更多。",
    ),
    "sizes_order": (
        "Bounds must rise, and the last entry must have no “under”.",
        "户数界限必须递增，最后一项不写 under。",
    ),
    "offer_impossible": (
        "Blocks of this size can offer {allowed} areas only.",
        "按现在的区组，只能问 {allowed} 个方面。",
    ),
    "many_tolerance_areas": (
        "{count} areas of the tolerance block for one household; more than {limit} tire people.",
        "一户要答 {count} 个方面的底线和期望；超过 {limit} 个会让人厌烦。",
    ),
    "minutes_missing": (
        "No minutes are promised for {areas} areas in depth.",
        "没有写明细问 {areas} 个方面时约需几分钟。",
    ),
    "minutes_unused": (
        "No community is asked {areas} areas in depth.",
        "没有哪个小区会细问 {areas} 个方面。",
    ),
    "longer_than_promised": (
        "Promised {minutes} minutes, but it may take {seconds} seconds. Shorten or promise more.",
        "承诺 {minutes} 分钟，但最长的一份约需 {seconds} 秒。请缩短问卷，或如实写明时间。",
    ),
    # Texts.
    "missing_translation": (
        "The text in “{language}” is missing. Add it.",
        "缺少“{language}”的文字。请补上。",
    ),
    "language_not_listed": (
        "“{language}” is not among the languages of this file.",
        "“{language}”不在本文件的语言之列。",
    ),
    "missing_wording": (
        "The question for “{measure}” has no wording.",
        "“{measure}”没有写问法（wording）。",
    ),
    "markup": (
        "HTML is not allowed in texts. Write plain text.",
        "文字里不能有 HTML。请写纯文字。",
    ),
    "unknown_placeholder": (
        "“{word}” cannot stand in this text. Allowed in braces: {allowed}.",
        "这段文字里不能写“{word}”。花括号里可用：{allowed}。",
    ),
    "private_data": (
        "This asks for an identity, birth date or card number. Remove the question.",
        "这里在要身份、出生日期或卡号。请删去这个问题。",
    ),
    "half_width_punctuation": (
        "Half-width punctuation in Chinese text. Use full-width marks.",
        "中文里有半角标点。请改用全角标点。",
    ),
    "long_text": (
        "The text has {length} characters; more than {limit} are seldom read.",
        "文字有 {length} 个字符；超过 {limit} 个很少有人读完。",
    ),
    "double_question": (
        "This may ask two things at once. Split it or choose one.",
        "这里可能一次问了两件事。请拆开，或只留一件。",
    ),
    "improvement_wording": (
        "“Improve” under importance measures dissatisfaction, not importance. Ask what matters.",
        "在重要性里写“改进”，量到的是不满而不是重要性。请问“什么最要紧”。",
    ),
}


def format_problem(problem: Problem, language: str) -> str:
    """Say a problem to people: place, what is wrong, what to do.

    Args:
        problem: The problem.
        language: ``zh...`` for Chinese, anything else for English.
    """
    is_chinese = language.startswith("zh")
    sentence = MESSAGES[problem.code][is_chinese].format_map(dict(problem.data))
    place = f"（{problem.path}）" if problem.path and is_chinese else ""
    if is_chinese:
        level = "提醒" if problem.level == WARNING else "错误"
        return f"第 {problem.line} 行第 {problem.column} 列{place}　{level}：{sentence}"
    place = f" ({problem.path})" if problem.path else ""
    level = "warning" if problem.level == WARNING else "error"
    return f"line {problem.line}, column {problem.column}{place}: {level}: {sentence}"
