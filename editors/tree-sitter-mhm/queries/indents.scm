; As Neovim has them. A body or a bracket that is still open stands in an ERROR.

[
  (body)
  (parameters)
  (arguments)
  (list)
  (tuple)
  (choices)
  (names)
] @indent.begin

(ERROR "{") @indent.begin
(ERROR "(") @indent.begin
(ERROR "[") @indent.begin

[
  "}"
  ")"
  "]"
] @indent.branch @indent.end

(string) @indent.auto

[
  (comment)
  (doc_comment)
] @indent.ignore
