{{/* What every object is called by. */}}
{{- define "labels" -}}
app.kubernetes.io/part-of: ironcore-ni
{{- end }}

{{/* An image: dict "root" $ "program" NAME "values" VALUES. */}}
{{- define "image" -}}
{{- with .root.Values.registry }}{{ . }}/{{ end -}}
ironcore-ni/{{ .program }}:{{ .root.Values.tag | default .root.Chart.AppVersion }}
{{- with .values.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* What pods of both programs have, as restricted as Pod Security asks for, spread over nodes and zones: dict "root" $
"program" NAME "values" VALUES. */}}
{{- define "pod" -}}
automountServiceAccountToken: true
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 0 }}
{{- end }}
{{- range $key := list "priorityClassName" "nodeSelector" "tolerations" "affinity" }}
{{- with get $.values $key }}
{{ $key }}: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  seccompProfile: { type: RuntimeDefault }
topologySpreadConstraints:
{{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
- topologyKey: {{ . }}
  maxSkew: 1
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      app.kubernetes.io/name: {{ $.program }}
  matchLabelKeys: [pod-template-hash]
{{- end }}
{{- end }}

{{- define "container" -}}
{{- with .Values.pullPolicy }}
imagePullPolicy: {{ . }}
{{- end }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{/* Annotations, if there are any. */}}
{{- define "annotations" -}}
{{- with . }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* A disruption budget: dict "root" $ "program" NAME. */}}
{{- define "budget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ .program }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{- include "labels" dict | nindent 4 }}
spec:
  minAvailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      app.kubernetes.io/name: {{ .program }}
{{- end }}

{{/* A role and who has it: dict "root" $ "role" NAME "account" NAME "rules" TEMPLATE; in `namespaces`, else everywhere. */}}
{{- define "role" -}}
{{- range .root.Values.namespaces | default (list "") }}
{{- $kind := empty . | ternary "ClusterRole" "Role" }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $kind }}
metadata:
  name: {{ $.role }}
  {{- with . }}
  namespace: {{ . | quote }}
  {{- end }}
  labels: {{- include "labels" dict | nindent 4 }}
rules:
{{ include $.rules dict }}
---
{{ include "binding" (dict "root" $.root "kind" $kind "role" $.role "account" $.account "namespace" .) }}
{{- end }}
{{- end }}

{{/* Rights are given: dict "root" $ "kind" ROLE "role" NAME "account" NAME "namespace" WHERE. */}}
{{- define "binding" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ .kind }}Binding
metadata:
  name: {{ .role }}
  {{- with .namespace }}
  namespace: {{ . | quote }}
  {{- end }}
  labels: {{- include "labels" dict | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ .kind }}
  name: {{ .role }}
subjects:
- kind: ServiceAccount
  name: {{ .account }}
  namespace: {{ .root.Release.Namespace }}
{{- end }}
