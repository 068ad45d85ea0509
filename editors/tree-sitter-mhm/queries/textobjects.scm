; For Helix.

([
  (block)
  (network)
  (schedule)
  (dataset)
  (pipeline)
  (experiment)
  (alias)
] @class.around)

(block body: (body) @class.inside)
(network body: (body) @class.inside)
(schedule body: (body) @class.inside)
(dataset body: (body) @class.inside)
(pipeline body: (body) @class.inside)
(experiment body: (body) @class.inside)

(phase body: (body) @function.inside) @function.around
(repeat body: (body) @function.inside) @function.around
(for body: (body) @function.inside) @function.around
(choose body: (body) @function.inside) @function.around

(parameters (parameter) @parameter.inside @parameter.around)
(arguments (_) @parameter.inside @parameter.around)

(list (_) @entry.inside @entry.around)
(choices (choice) @entry.inside @entry.around)

[
  (comment)
  (doc_comment)
] @comment.inside

[
  (comment)+
  (doc_comment)+
] @comment.around
