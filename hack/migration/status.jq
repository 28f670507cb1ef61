# SPDX-License-Identifier: Apache-2.0

# The status of all objects of an export, as `kubectl replace --subresource=status` takes it. The spec is there because
# kubectl asks for one; the API server does not look at it. Generations start over, and what names an object by UID (a block that
# is being granted to a Prefix) names its copy.
#
#   jq --slurpfile moved moved.json --from-file status.jq exported.json

def key: "\(.apiVersion | split("/")[0])/\(.kind)/\(.metadata.namespace)/\(.metadata.name)";

($moved[0].items | map({key: key, value: .metadata.uid}) | from_entries) as $new
| (.items | map({key: .metadata.uid, value: $new[key]}) | from_entries) as $copies
| {
  apiVersion: "v1",
  kind: "List",
  items: [
    .items[]
    | select(.status)
    # As rewrite.jq: these have no copies.
    | select(.metadata.deletionTimestamp == null)
    | select(.metadata.annotations["ni.ironcore.dev/virtual-ip-uid"] == null)
    | {apiVersion, kind, spec, status, metadata: (.metadata | {name, namespace})}
    | del(.status.observedGeneration, .status.conditions[]?.observedGeneration)
    | .status |= walk(if type == "object" and (.uid | type) == "string" then .uid |= ($copies[.] // .) else . end)
  ],
}
