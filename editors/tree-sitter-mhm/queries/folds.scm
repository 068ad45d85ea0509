[
  (body)
  (parameters)
  (arguments)
  (list)
  (tuple)
  (choices)
  (doc_comment)+
] @fold
