# SPDX-License-Identifier: Apache-2.0

# The objects of $kinds out of an export, as another cluster takes them: what names an object by UID names its copy.
#
#   jq --arg kinds Network,Machine --slurpfile moved moved.json --from-file rewrite.jq exported.json
#
# `exported.json` is all that `kubectl get … --output json` gives of the old cluster, `moved.json` the same of the new
# one, so far (docs/migration.md). Objects name each other in any order, and in a circle: what has no copy yet is left out, so
# the second run, with all copies there, is the one that counts. `leftOut` says what is left out, and of which object.

def key: "\(.apiVersion | split("/")[0])/\(.kind)/\(.metadata.namespace)/\(.metadata.name)";

($moved[0].items | map({key: key, value: .metadata.uid}) | from_entries) as $new
| (.items | map({key: .metadata.uid, value: $new[key]}) | from_entries) as $copies
| ($moved[0].items | map({key: .metadata.uid, value: .metadata.uid}) | from_entries) as $there
| (.items | map(select(.metadata.deletionTimestamp) | {key: .metadata.uid, value: true}) | from_entries) as $leaving

# The UID in the new cluster of what had this one: its copy's, or the same if it is there itself. Else null.
| def copy: $copies[.] // $there[.];

# A copy of what is being deleted would live.
def is_leaving: .metadata.deletionTimestamp != null;

def has_copy: (.uid // "" | copy) != null;

# An owner that is in neither cluster, so no further round finds it.
def is_lost: (.uid // "") as $uid | ($copies | has($uid) | not) and ($there | has($uid) | not);

# An allocator gives a parent its finalizer with a grant, and these grants are not made again: without it, a parent could be deleted
# while others have blocks of it. ni-controller takes it off again, but writes nothing to what others manage.
def is_parent:
  .kind == "Prefix" and ((.status.used // []) | length > 0) and .metadata.annotations["common.ironcore.dev/managed-by"] == null;

# A Prefix that ni-controller made for one virtual IP has the UID of that virtual IP as its name. It makes one for the copy, with
# the address that the copy shows.
def for_virtual_ip: .metadata.annotations["ni.ironcore.dev/virtual-ip-uid"] != null;

# With what they name by UID and cannot do without: an owner that is not there would have the garbage collector delete the
# object, and a holder that is not there holds nothing. Of an incoming peering the UID is optional.
def named:
  (.metadata.ownerReferences // [] | .[] | {uid, what: "owner \(.kind) \(.name)"}),
  (.spec.machineRef // empty | {uid, what: "Machine \(.name) in spec.machineRef"}),
  (.spec.targetRef // empty | {uid, what: "NetworkInterface \(.name) in spec.targetRef"}),
  (.spec.incomingPeerings // [] | .[] | select(.uid) | {uid, what: "Network \(.namespace)/\(.name) in spec.incomingPeerings"});

def left_out:
  "\(.kind) \(.metadata.namespace)/\(.metadata.name)" as $from
  | named
  | select((.uid // "") != "" and (has_copy | not))
  | .uid as $uid
  | "\($from): \(.what), which \(
      if $leaving[$uid] then "is being deleted" elif $copies | has($uid) then "has no copy yet" else "is not in the export" end)";

def only_with_copy: if . == null or has_copy then . else null end;

def moved:
  (if is_parent then ["ipam.ironcore.dev/prefix"] else null end) as $finalizers
  | any(.metadata.ownerReferences[]?; .controller and is_lost) as $orphaned
  | del(.status)
  | .metadata |= {name, namespace, labels, annotations, ownerReferences, finalizers: $finalizers}
  | .metadata.annotations |= ((. // {}) | del(.["kubectl.kubernetes.io/last-applied-configuration"]))
  # What nobody controls is not ephemeral: it stays.
  | if $orphaned then del(.metadata.annotations["common.ironcore.dev/ephemeral-managed-by"]) else . end
  | .metadata.ownerReferences |= ((. // []) | map(select(has_copy)))
  | if .spec.machineRef then .spec.machineRef |= only_with_copy else . end
  | if .spec.targetRef then .spec.targetRef |= only_with_copy else . end
  | if .spec.incomingPeerings then .spec.incomingPeerings |= map(select(.uid == null or has_copy)) else . end
  # These, and those in templates.
  | walk(if type == "object" and (.uid | type) == "string" then .uid |= (copy // .) else . end)
  | del(.. | nulls);

[.items[] | select(.kind as $kind | $kinds | split(",") | any(. == $kind)) | select(for_virtual_ip | not)]
| {
  apiVersion: "v1",
  kind: "List",
  items: map(select(is_leaving | not) | moved),
  leftOut: map(
    "\(.kind) \(.metadata.namespace)/\(.metadata.name)" as $it
    | if is_leaving then "\($it) is being deleted"
      else (select($copies[.metadata.uid] == null) | "\($it) has no copy yet"), left_out end
  ),
}
