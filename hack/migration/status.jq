# The status of all objects of an export, as `kubectl replace --subresource=status` takes it. The spec is there because
# kubectl asks for one; the API server does not look at it. Generations begin anew.
{
  apiVersion: "v1",
  kind: "List",
  items: [
    .items[]
    | select(.status)
    | {apiVersion, kind, spec, status, metadata: (.metadata | {name, namespace})}
    | del(.status.observedGeneration, .status.conditions[]?.observedGeneration)
  ],
}
