# The objects of $kinds out of an export, as another cluster takes them: what names objects by UID names those that were
# moved already.
#
#   jq --arg kinds Network,Machine --slurpfile moved moved.json --from-file rewrite.jq exported.json
#
# `exported.json` is all that `kubectl get … --output json` gives of the old cluster, `moved.json` the same of the new
# one, so far (docs/migration.md).

def key: "\(.kind)/\(.metadata.namespace)/\(.metadata.name)";

# Kinds whose UIDs are known; what belongs to others is theirs to say again.
def ours: .apiVersion | split("/")[0] | . == "networking.ironcore.dev" or . == "compute.ironcore.dev" or . == "ipam.ironcore.dev";

($moved[0].items | map({key: key, value: .metadata.uid}) | from_entries) as $new
| (.items | map({key: .metadata.uid, value: $new[key]}) | from_entries) as $uids

# The UID of what had this one; an object that has an owner or a holder comes after it.
| def renamed($from): $uids[.] // error("\($from): the object with UID \(.) was not moved before it");

def owners($from): map(select(ours) | .uid |= renamed($from));

# A holder that is gone holds nothing.
def held($from):
  (.uid // "") as $uid
  | if $uids | has($uid) then .uid |= renamed($from) else null end;

def moved:
  key as $from
  | {apiVersion, kind, spec, metadata: (.metadata | {name, namespace, labels, annotations, ownerReferences})}
  | .metadata.annotations |= ((. // {}) | del(.["kubectl.kubernetes.io/last-applied-configuration"]))
  | .metadata.ownerReferences |= ((. // []) | owners($from))
  | if .spec.machineRef then .spec.machineRef |= held($from) else . end
  | if .spec.targetRef then .spec.targetRef |= held($from) else . end
  | del(.. | nulls);

{
  apiVersion: "v1",
  kind: "List",
  items: [.items[] | select(.kind as $kind | $kinds | split(",") | any(. == $kind)) | moved],
}
