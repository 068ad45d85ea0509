; Where names hold

[
  (source_file)
  (block)
  (network)
  (schedule)
  (dataset)
  (pipeline)
  (experiment)
  (for)
] @local.scope

; What gives them

(block name: (identifier) @local.definition.type)
(network name: (identifier) @local.definition.type)
(schedule name: (identifier) @local.definition.type)
(dataset name: (identifier) @local.definition.type)
(pipeline name: (identifier) @local.definition.type)
(experiment name: (identifier) @local.definition.type)
(alias name: (identifier) @local.definition.type)

(parameter name: (identifier) @local.definition.parameter)

(view name: (identifier) @local.definition.var)
(module name: (identifier) @local.definition.var)
(layer name: (identifier) @local.definition.var)
(let name: (identifier) @local.definition.var)
(let name: (names (identifier) @local.definition.var))
(for variable: (identifier) @local.definition.var)
(modality name: (identifier) @local.definition.var)
(target name: (identifier) @local.definition.var)
(group name: (identifier) @local.definition.var)
(split name: (identifier) @local.definition.var)
(reference name: (identifier) @local.definition.var)
(vary name: (identifier) @local.definition.var)
(vary name: (names (identifier) @local.definition.var))
(dimension name: (identifier) @local.definition.var)

; What reads them

(identifier) @local.reference
