/* Rules of the typed kinds: manifests and the problems that Kubernetes finds in them. */
#include "base/alloc.h"
#include "manifests.h"
#include "unit.h"

typedef struct row {
	const char *manifest;
	const char *expected; /* a line each */
} row;

#define LONG64 "a123456789a123456789a123456789a123456789a123456789a123456789abcd"
#define MOUNT(more)                                                                                \
	"'volumes':[{'name':'v','emptyDir':{}}],'containers':[{'name':'c','image':'i','volumeMounts':" \
	"[{" more "}]}]"

static const row pods[] = {
    {BOX(""), ""},
    {POD("'nodeName':'n'"), "spec.containers: Required value\n"},
    {POD("'containers':[]"), "spec.containers: Required value\n"},
    {POD("'containers':[{}]"),
     "spec.containers[0].name: Required value\nspec.containers[0].image: Required value\n"},
    {POD("'containers':[{'name':'c','image':'i'},{'name':'c','image':'i'}]"),
     "spec.containers[1].name: Duplicate value: \"c\"\n"},
    {POD("'containers':[{'name':'c','image':'i'}],'initContainers':[{'name':'c','image':'i'}]"),
     "spec.initContainers[0].name: Duplicate value: \"c\"\n"},
    {POD("'containers':[{'name':'C','image':'i'}]"),
     "spec.containers[0].name: Invalid value: \"C\": a lowercase RFC 1123 label must consist of "
     "lower case alphanumeric characters or '-', and must start and end with "
     "an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
     "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')\n"},
    {POD("'containers':[{'name':'" LONG64 "','image':'i'}]"),
     "spec.containers[0].name: Invalid value: \"" LONG64
     "\": must be no more than 63 characters\n"},
    {POD("'containers':[{'name':'c','image':' i'}]"),
     "spec.containers[0].image: Invalid value: \" i\": must not have leading or trailing "
     "whitespace\n"},
    {POD("'restartPolicy':'Sometimes','containers':[{'name':'c','image':'i'}]"),
     "spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", "
     "\"Never\", \"OnFailure\"\n"},
    {BOX(",'imagePullPolicy':'Maybe'"),
     "spec.containers[0].imagePullPolicy: Unsupported value: \"Maybe\": supported values: "
     "\"Always\", \"IfNotPresent\", \"Never\"\n"},
    /* ports */
    {BOX(",'ports':[{'containerPort':0}]"), "spec.containers[0].ports[0].containerPort: Invalid "
                                            "value: 0: must be between 1 and 65535, inclusive\n"},
    {BOX(",'ports':[{'containerPort':70000}]"),
     "spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and "
     "65535, inclusive\n"},
    {BOX(",'ports':[{'name':'a','containerPort':1},{'name':'a','containerPort':2}]"),
     "spec.containers[0].ports[1].name: Duplicate value: \"a\"\n"},
    {BOX(",'ports':[{'containerPort':1,'hostPort':5},{'containerPort':2,'hostPort':5}]"),
     "spec.containers[0].ports[1].hostPort: Duplicate value: \"TCP//5\"\n"},
    {BOX(",'ports':[{'containerPort':1,'hostPort':5},{'containerPort':2,'hostPort':5,'protocol':'"
         "UDP'}]"),
     ""},
    {BOX(",'ports':[{'containerPort':1,'protocol':'ICMP'}]"),
     "spec.containers[0].ports[0].protocol: Unsupported value: \"ICMP\": supported values: "
     "\"SCTP\", \"TCP\", \"UDP\"\n"},
    {POD("'hostNetwork':true,'containers':[{'name':'c','image':'i','ports':[{'containerPort':1,'"
         "hostPort':5}]}]"),
     "spec.containers[0].ports[0].hostPort: Invalid value: 5: must match `containerPort` when "
     "`hostNetwork` is true\n"},
    {BOX(",'ports':[{'containerPort':1,'hostPort':0}]"), ""},
    {BOX(",'ports':[{'containerPort':1,'hostPort':70000}]"),
     "spec.containers[0].ports[0].hostPort: Invalid value: 70000: must be between 1 and 65535, "
     "inclusive\n"},
    /* environment */
    {BOX(",'env':[{'name':'A=B'}]"),
     "spec.containers[0].env[0].name: Invalid value: \"A=B\": a valid environment variable name "
     "must consist only of printable ASCII characters other than '='\n"},
    {BOX(",'env':[{'value':'x'}]"), "spec.containers[0].env[0].name: Required value\n"},
    {BOX(",'env':[{'name':'A','valueFrom':{}}]"),
     "spec.containers[0].env[0].valueFrom: Invalid value: \"\": must specify one of: `fieldRef`, "
     "`resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`\n"},
    {BOX(",'env':[{'name':'A','value':'x','valueFrom':{'fieldRef':{'fieldPath':'metadata.name'}}}"
         "]"),
     "spec.containers[0].env[0].valueFrom: Invalid value: \"\": may not be specified when `value` "
     "is not empty\n"},
    {BOX(",'env':[{'name':'A','valueFrom':{'fieldRef':{'fieldPath':'metadata.name'},'secretKeyRef':"
         "{'name':'s','key':'k'}}}]"),
     "spec.containers[0].env[0].valueFrom: Invalid value: \"\": may not have more than one field "
     "specified at a time\n"},
    {BOX(",'env':[{'name':'A','valueFrom':{'fieldRef':{'fieldPath':'metadata.labels["
         "\\u0027app\\u0027]'}}}]"),
     ""},
    {BOX(",'env':[{'name':'A','valueFrom':{'secretKeyRef':{'name':'s'}}}]"),
     "spec.containers[0].env[0].valueFrom.secretKeyRef.key: Required value\n"},
    {BOX(",'envFrom':[{}]"), "spec.containers[0].envFrom[0]: Invalid value: \"\": must specify one "
                             "of: `configMapRef` or `secretRef`\n"},
    {BOX(",'envFrom':[{'configMapRef':{}}]"),
     "spec.containers[0].envFrom[0].configMapRef.name: Required value\n"},
    /* volumes */
    {POD("'volumes':[{'name':'v'}],'containers':[{'name':'c','image':'i'}]"),
     "spec.volumes[0]: Required value: must specify a volume type\n"},
    {POD("'volumes':[{'name':'v','emptyDir':{},'hostPath':{'path':'/"
         "'}}],'containers':[{'name':'c','image':'i'}]"),
     "spec.volumes[0].emptyDir: Forbidden: may not specify more than 1 volume type\n"},
    {POD("'volumes':[{'name':'v','emptyDir':{}},{'name':'v','emptyDir':{}}],'containers':[{'name':'"
         "c','image':'i'}]"),
     "spec.volumes[1].name: Duplicate value: \"v\"\n"},
    {POD("'volumes':[{'name':'v','hostPath':{'path':'/a/../"
         "b'}}],'containers':[{'name':'c','image':'i'}]"),
     "spec.volumes[0].hostPath.path: Invalid value: \"/a/../b\": must not contain '..'\n"},
    {POD("'volumes':[{'name':'v','secret':{'secretName':'s','defaultMode':512}}],'containers':[{'"
         "name':'c','image':'i'}]"),
     "spec.volumes[0].secret.defaultMode: Invalid value: 512: must be a number between 0 and 0777 "
     "(octal), both inclusive\n"},
    {POD("'volumes':[{'name':'v','configMap':{'name':'m','items':[{'key':'k','path':'/"
         "x'}]}}],'containers':[{'name':'c','image':'i'}]"),
     "spec.volumes[0].configMap.items[0].path: Invalid value: \"/x\": must be a relative path\n"},
    {POD(MOUNT("'name':'v','mountPath':'/a'")), ""},
    {POD(MOUNT("'name':'w','mountPath':'/a'")),
     "spec.containers[0].volumeMounts[0].name: Not found: \"w\"\n"},
    {POD(MOUNT("'name':'v'")), "spec.containers[0].volumeMounts[0].mountPath: Required value\n"},
    {POD(MOUNT("'name':'v','mountPath':'/a'},{'name':'v','mountPath':'/a'")),
     "spec.containers[0].volumeMounts[1].mountPath: Invalid value: \"/a\": must be unique\n"},
    {POD(MOUNT("'name':'v','mountPath':'/a','subPath':'../b'")),
     "spec.containers[0].volumeMounts[0].subPath: Invalid value: \"../b\": must not contain "
     "'..'\n"},
    /* probes and hooks */
    {BOX(",'livenessProbe':{}"),
     "spec.containers[0].livenessProbe: Required value: must specify a handler type\n"},
    {BOX(",'livenessProbe':{'exec':{'command':['a']},'httpGet':{'path':'/','port':80}}"),
     "spec.containers[0].livenessProbe.httpGet: Forbidden: may not specify more than 1 handler "
     "type\n"},
    {BOX(",'livenessProbe':{'exec':{'command':['a']},'successThreshold':2}"),
     "spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1\n"},
    {BOX(",'livenessProbe':{'exec':{'command':[]}}"),
     "spec.containers[0].livenessProbe.exec.command: Required value\n"},
    {BOX(",'readinessProbe':{'tcpSocket':{'port':70000}}"),
     "spec.containers[0].readinessProbe.tcpSocket.port: Invalid value: 70000: must be between 1 "
     "and 65535, inclusive\n"},
    {BOX(",'readinessProbe':{'tcpSocket':{'port':'no good'}}"),
     "spec.containers[0].readinessProbe.tcpSocket.port: Invalid value: \"no good\": must contain "
     "only alpha-numeric characters (a-z, 0-9), and hyphens (-)\n"},
    {BOX(",'lifecycle':{'preStop':{}}"),
     "spec.containers[0].lifecycle.preStop: Required value: must specify a handler type\n"},
    {POD("'containers':[{'name':'c','image':'i'}],'initContainers':[{'name':'d','image':'i','"
         "livenessProbe':{'exec':{'command':['a']}}}]"),
     "spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without "
     "restartPolicy=Always\n"},
    {POD("'containers':[{'name':'c','image':'i'}],'initContainers':[{'name':'d','image':'i','"
         "restartPolicy':'Always','livenessProbe':{'exec':{'command':['a']}}}]"),
     ""},
    /* resources */
    {BOX(",'resources':{'limits':{'cpu':'1'},'requests':{'cpu':'2'}}"),
     "spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to "
     "cpu limit of 1\n"},
    {BOX(",'resources':{'limits':{'cpu':'-1'}}"),
     "spec.containers[0].resources.limits[cpu]: Invalid value: \"-1\": must be greater than or "
     "equal to 0\n"},
    {BOX(",'resources':{'limits':{'example.com/gpu':'2'},'requests':{'example.com/gpu':'1'}}"),
     "spec.containers[0].resources.requests: Invalid value: \"1\": must be equal to "
     "example.com/gpu limit of 2\n"},
    {BOX(",'resources':{'limits':{'speed':'1'}}"),
     "spec.containers[0].resources.limits[speed]: Invalid value: \"speed\": must be a standard "
     "resource type or fully qualified\n"
     "spec.containers[0].resources.limits[speed]: Invalid value: \"speed\": must be a standard "
     "resource for containers\n"},
    /* rights */
    {BOX(",'securityContext':{'privileged':true,'allowPrivilegeEscalation':false}"),
     "spec.containers[0].securityContext: Invalid value: cannot set `allowPrivilegeEscalation` to "
     "false and `privileged` to true\n"},
    {BOX(",'securityContext':{'seccompProfile':{'type':'Localhost'}}"),
     "spec.containers[0].securityContext.seccompProfile.localhostProfile: Required value: must be "
     "set when type is Localhost\n"},
    {BOX(",'securityContext':{'runAsUser':-1}"),
     "spec.containers[0].securityContext.runAsUser: Invalid value: -1: must be greater than or "
     "equal to 0\n"},
    /* places */
    {POD("'containers':[{'name':'c','image':'i'}],'tolerations':[{'operator':'Exists','value':'x','"
         "key':'k'}]"),
     "spec.tolerations[0].operator: Invalid value: \"Exists\": value must be empty when `operator` "
     "is 'Exists'\n"},
    {POD("'containers':[{'name':'c','image':'i'}],'tolerations':[{'operator':'Exists'}]"), ""},
    {POD("'containers':[{'name':'c','image':'i'}],'tolerations':[{'key':'k','tolerationSeconds':5,'"
         "effect':'NoSchedule'}]"),
     "spec.tolerations[0].effect: Invalid value: \"NoSchedule\": effect must be 'NoExecute' when "
     "`tolerationSeconds` is set\n"},
    {POD("'containers':[{'name':'c','image':'i'}],'topologySpreadConstraints':[{'maxSkew':1,'"
         "topologyKey':'z','whenUnsatisfiable':'ScheduleAnyway','minDomains':2}]"),
     "spec.topologySpreadConstraints[0].minDomains: Invalid value: 2: can only use minDomains if "
     "whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway\n"},
    {POD("'containers':[{'name':'c','image':'i'}],'topologySpreadConstraints':[{'maxSkew':1,'"
         "topologyKey':'z','whenUnsatisfiable':'ScheduleAnyway','labelSelector':{'matchLabels':{'a'"
         ":"
         "'b'},'matchExpressions':[{'key':'c','operator':'Exists'},{'key':'d','operator':'In',"
         "'values':['e']}]},'matchLabelKeys':['x','a','c','d']}]"),
     "spec.topologySpreadConstraints[0].matchLabelKeys[1]: Invalid value: \"a\": exists in both "
     "matchLabelKeys and labelSelector\n"
     "spec.topologySpreadConstraints[0].matchLabelKeys[2]: Invalid value: \"c\": exists in both "
     "matchLabelKeys and labelSelector\n"},
    {POD("'containers':[{'name':'c','image':'i'}],'schedulingGates':[{'name':'a'},{'name':'b'},{"
         "'name':'a'}]"),
     "spec.schedulingGates[2]: Duplicate value: \"a\"\n"},
    {POD("'containers':[{'name':'c','image':'i'}],'nodeName':'n','schedulingGates':[{'name':'a'}]"),
     "spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared\n"},
    {POD("'containers':[{'name':'c','image':'i'}],'affinity':{'podAffinity':{'"
         "preferredDuringSchedulingIgnoredDuringExecution':[{'weight':101,'podAffinityTerm':{'"
         "topologyKey':'z'}}]}}"),
     "spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid "
     "value: 101: must be in the range 1-100\n"},
    {POD("'containers':[{'name':'c','image':'i'}],'affinity':{'nodeAffinity':{'"
         "requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[{'matchExpressions'"
         ":[{'key':'k','operator':'Gt'}]}]}}}"),
     "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms["
     "0].matchExpressions[0].values: Required value: must be specified single value when "
     "`operator` is 'Lt' or 'Gt'\n"},
    {POD("'containers':[{'name':'c','image':'i'}],'dnsPolicy':'None'"),
     "spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None\n"},
    {POD("'containers':[{'name':'c','image':'i'}],'activeDeadlineSeconds':0"),
     "spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive\n"},
    {POD("'containers':[{'name':'c','image':'i'}],'hostPID':true,'shareProcessNamespace':true"),
     "spec.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot "
     "both be enabled\n"},
};

static const row workloads[] = {
    {DEPLOYMENT(""), ""},
    {DEPLOYMENT(",'replicas':-1"),
     "spec.replicas: Invalid value: -1: must be greater than or equal to 0\n"},
    {APPS("Deployment", TEMPLATE("")), "spec.selector: Required value\n"},
    {APPS("Deployment", SELECTED), "spec.template: Required value\n"},
    {APPS("Deployment", "'selector':{}," TEMPLATE("")),
     "spec.selector: Invalid value: {}: empty selector is invalid for deployment\n"},
    {APPS("Deployment", "'selector':{'matchLabels':{'app':'other'}}," TEMPLATE("")),
     "spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` does not match "
     "template `labels`\n"},
    {APPS("Deployment", SELECTED "," TEMPLATE("'restartPolicy':'Never',")),
     "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: "
     "\"Always\"\n"},
    {APPS("Deployment", SELECTED "," TEMPLATE("'activeDeadlineSeconds':5,")),
     "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is "
     "not Supported\n"},
    {DEPLOYMENT(",'strategy':{'rollingUpdate':{'maxSurge':0,'maxUnavailable':0}}"),
     "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` "
     "is 0\n"},
    {DEPLOYMENT(",'strategy':{'rollingUpdate':{'maxSurge':0,'maxUnavailable':'0%'}}"),
     "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"0%\": may not be 0 when "
     "`maxSurge` is 0\n"},
    {DEPLOYMENT(",'strategy':{'rollingUpdate':{'maxUnavailable':'101%'}}"),
     "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"101%\": must not be greater "
     "than 100%\n"},
    {DEPLOYMENT(",'strategy':{'rollingUpdate':{'maxSurge':-1}}"),
     "spec.strategy.rollingUpdate.maxSurge: Invalid value: -1: must be greater than or equal to "
     "0\n"},
    {DEPLOYMENT(",'strategy':{'rollingUpdate':{'maxSurge':'many'}}"),
     "spec.strategy.rollingUpdate.maxSurge: Invalid value: \"many\": a valid percent string must "
     "be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', "
     "regex used for validation is '[0-9]+%')\n"},
    {DEPLOYMENT(",'strategy':{'type':'Recreate','rollingUpdate':{}}"),
     "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is "
     "'Recreate'\n"},
    {DEPLOYMENT(",'strategy':{'type':'Blue'}"),
     "spec.strategy.type: Unsupported value: \"Blue\": supported values: \"Recreate\", "
     "\"RollingUpdate\"\n"},
    {DEPLOYMENT(",'minReadySeconds':600,'progressDeadlineSeconds':600"),
     "spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds\n"},
    {APPS("ReplicaSet", SELECTED "," TEMPLATE("")), ""},
    {APPS("Deployment",
          "'selector':{'matchExpressions':[{'key':'app','operator':'Near'}]}," TEMPLATE("")),
     "spec.selector.matchExpressions[0].operator: Invalid value: \"Near\": not a valid selector "
     "operator, must be one of In, NotIn, Exists, DoesNotExist\n"},
    {POD("'containers':[{'name':'c','image':'i'}],'affinity':{'nodeAffinity':{'"
         "requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[{"
         "'matchExpressions':[{'key':'a','operator':'Gte','values':['1']}]},{'matchFields':["
         "{'key':'metadata.nam','operator':'In','values':['n']}]}]}}}"),
     "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0"
     "].matchExpressions[0].operator: Invalid value: \"Gte\": not a valid selector operator, must "
     "be one of In, NotIn, Exists, DoesNotExist, Gt, Lt\n"
     "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[1"
     "].matchFields[0].key: Invalid value: \"metadata.nam\": not a valid field selector key, must "
     "be metadata.name\n"},
    {APPS("Deployment",
          "'selector':{'matchExpressions':[{'key':'app','operator':'In'}]}," TEMPLATE("")),
     "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` "
     "is 'In' or 'NotIn'\n"},
    {APPS("Deployment", "'selector':{'matchExpressions':[{'key':'app','operator':'Exists','values':"
                        "['x']}]}," TEMPLATE("")),
     "spec.selector.matchExpressions[0].values: Forbidden: may not be specified when `operator` is "
     "'Exists' or 'DoesNotExist'\n"},
    {"{'apiVersion':'policy/v1','kind':'PodDisruptionBudget'," META(
         "b") ",'spec':{'minAvailable':1,'maxUnavailable':1}}",
     "spec: Invalid value: minAvailable and maxUnavailable cannot be both set\n"},
    {"{'apiVersion':'policy/v1','kind':'PodDisruptionBudget'," META(
         "b") ",'spec':{'minAvailable':'50%'}}",
     ""},
};

#define CLASS(name, rest)                                                                          \
	"{'apiVersion':'scheduling.k8s.io/v1','kind':'PriorityClass'," META(name) "," rest "}"
#define SYSTEM_CLASS                                                                               \
	"metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for "       \
	"system use only. error: "

#define SERVICE(spec) CORE("Service", "s", "'spec':{" spec "}")
static const row services[] = {
    {SERVICE("'ports':[{'port':80}]"), ""},
    {SERVICE("'type':'ClusterIP'"), "spec.ports: Required value\n"},
    {SERVICE("'clusterIP':'None'"), ""},
    {SERVICE("'ports':[{'targetPort':80}]"), "spec.ports[0].port: Required value\n"},
    {SERVICE("'ports':[{'port':80},{'port':81}]"),
     "spec.ports[0].name: Required value\nspec.ports[1].name: Required value\n"},
    {SERVICE("'ports':[{'name':'a','port':80},{'name':'a','port':81}]"),
     "spec.ports[1].name: Duplicate value: \"a\"\n"},
    {SERVICE("'ports':[{'name':'a','port':80},{'name':'b','port':80}]"),
     "spec.ports[1]: Duplicate value: {\"protocol\":\"TCP\",\"port\":80}\n"},
    {SERVICE("'ports':[{'name':'a','port':80},{'name':'b','port':80,'protocol':'UDP'}]"), ""},
    {SERVICE("'ports':[{'port':80,'nodePort':30000}]"),
     "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'\n"},
    {SERVICE("'ports':[{'port':80,'targetPort':70000}]"),
     "spec.ports[0].targetPort: Invalid value: 70000: must be between 1 and 65535, inclusive\n"},
    {SERVICE("'type':'ExternalName'"), "spec.externalName: Required value\n"},
    {SERVICE("'type':'ExternalName','externalName':'db.example.com.'"), ""},
    {SERVICE("'type':'Magic','ports':[{'port':80}]"),
     "spec.type: Unsupported value: \"Magic\": supported values: \"ClusterIP\", \"ExternalName\", "
     "\"LoadBalancer\", \"NodePort\"\n"},
    {SERVICE("'clusterIP':'10.0.0.300','ports':[{'port':80}]"),
     "spec.clusterIP: Invalid value: \"10.0.0.300\": must be a valid IP address, (e.g. 10.9.8.7 or "
     "2001:db8::ffff)\n"},
    {SERVICE("'sessionAffinity':'ClientIP','sessionAffinityConfig':{'clientIP':{'timeoutSeconds':"
             "90000}},'ports':[{'port':80}]"),
     "spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 90000: must be greater "
     "than 0 and less than 86400\n"},
    {SERVICE("'externalTrafficPolicy':'Local','ports':[{'port':80}]"),
     "spec.externalTrafficPolicy: Invalid value: \"Local\": may only be set for "
     "externally-accessible services\n"},
    {CORE("Service", "9web", "'spec':{'ports':[{'port':80}]}"),
     "metadata.name: Invalid value: \"9web\": a DNS-1035 label must consist of lower case "
     "alphanumeric characters or '-', start with an alphabetic character, and end with an "
     "alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
     "'[a-z]([-a-z0-9]*[a-z0-9])?')\n"},
    {"{'apiVersion':'discovery.k8s.io/v1','kind':'EndpointSlice'," META(
         "e") ",'addressType':'IPv4','endpoints':[{'addresses':['::1']}]}",
     "endpoints[0].addresses[0]: Invalid value: \"::1\": must be an IPv4 address\n"},
    {"{'apiVersion':'discovery.k8s.io/v1','kind':'EndpointSlice'," META(
         "e") ",'addressType':'IPv4','endpoints':[],'ports':[{'port':1},{'port':2}]}",
     "ports[1].name: Duplicate value: \"\"\n"},
};

static const row others[] = {
    {CORE("ConfigMap", "m", "'data':{'a':'b'}"), ""},
    {CORE("ConfigMap", "m", "'data':{'a/b':'c'}"),
     "data[a/b]: Invalid value: \"a/b\": a valid config key must consist of alphanumeric "
     "characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', "
     "regex used for validation is '[-._a-zA-Z0-9]+')\n"},
    {CORE("ConfigMap", "m", "'data':{'a':'b'},'binaryData':{'a':'eA=='}"),
     "data[a]: Invalid value: \"a\": duplicate of key present in binaryData\n"},
    {CORE("Secret", "s", "'type':'kubernetes.io/tls','data':{'tls.crt':'eA=='}"),
     "data[tls.key]: Required value\n"},
    {CORE("Secret", "s", "'type':'kubernetes.io/tls','stringData':{'tls.crt':'x','tls.key':'y'}"),
     ""},
    {"{'apiVersion':'v1','kind':'ConfigMap','metadata':{}}",
     "metadata.name: Required value: name or generateName is required\n"},
    {"{'apiVersion':'v1','kind':'ConfigMap','metadata':{'generateName':'a-'}}", ""},
    {"{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'m','labels':{'a':'b c'}}}",
     "metadata.labels: Invalid value: \"b c\": a valid label must be an empty string or consist of "
     "alphanumeric characters, '-', '_' or '.', and must start and end with an "
     "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for "
     "validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')\n"},
    {"{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'m','annotations':{'Example.com/"
     "Note':'b c'}}}",
     ""},
    {"{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'m','annotations':{'/':'b c'}}}",
     "metadata.annotations: Invalid value: \"/\": prefix part must be "
     "non-empty\nmetadata.annotations: Invalid value: \"/\": name part must be non-empty\n"
     "metadata.annotations: Invalid value: \"/\": name part must consist of alphanumeric "
     "characters, '-', '_' or '.', and must start and end with an alphanumeric character "
     "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
     "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')\n"},
    {CORE("Node", "n",
          "'spec':{'taints':[{'key':'a','effect':'NoSchedule'},{'key':'a','effect':'NoSchedule','"
          "value':'x'}]}"),
     "spec.taints[1]: Duplicate value: {\"key\":\"a\",\"effect\":\"NoSchedule\"}\n"},
    {"{'apiVersion':'v1','kind':'Node','metadata':{'name':'n','namespace':'x'}}",
     "metadata.namespace: Forbidden: not allowed on this type\n"},
    {"{'apiVersion':'v1','kind':'Event','metadata':{'name':'e','namespace':'a'},'involvedObject':{'"
     "namespace':'b'}}",
     "involvedObject.namespace: Invalid value: \"b\": does not match event.namespace\n"},
    {CLASS("high", "'value':1000000000,'globalDefault':true,'preemptionPolicy':'Never'"), ""},
    {CLASS("low", "'value':-2147483648"), ""},
    {CLASS("high", "'value':1000000001"),
     "value: Forbidden: maximum allowed value of a user defined priority is 1000000000\n"},
    {CLASS("high", "'value':1,'preemptionPolicy':'Sometimes'"),
     "preemptionPolicy: Unsupported value: \"Sometimes\": supported values: \"Never\", "
     "\"PreemptLowerPriority\"\n"},
    {CLASS("system-node-critical", "'value':2000001000"), ""},
    {CLASS("system-node-critical", "'value':1"),
     SYSTEM_CLASS "value of system-node-critical PriorityClass must be 2000001000\n"},
    {CLASS("system-cluster-critical", "'value':2000000000,'globalDefault':true"),
     SYSTEM_CLASS "globalDefault of system-cluster-critical PriorityClass must be false\n"},
    {CLASS("system-x", "'value':1"),
     SYSTEM_CLASS "system-x is not a known system priority class\n"},
    {CORE("Namespace", "a.b", "'spec':{}"),
     "metadata.name: Invalid value: \"a.b\": must not contain dots\n"},
};

static void check_row(const row *given)
{
	korch_object *object = manifest_decode(given->manifest);
	korch_problems *problems = NULL;
	ck_assert_int_eq(korch_problems_new(&problems, 0), 0);
	korch_object_validate(object, problems);
	char *text = problems_text(problems);
	ck_assert_msg(strcmp(text, given->expected) == 0, "%s\nfound:\n%swanted:\n%s", given->manifest,
	              text, given->expected);
	free(text);
	korch_problems_free(problems);
	korch_object_unref(object);
}

#define TEST_ROWS(name)                                                                            \
	START_TEST(test_##name)                                                                        \
	{                                                                                              \
		for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)                                \
			check_row(&name[i]);                                                                   \
	}                                                                                              \
	END_TEST

TEST_ROWS(pods)
TEST_ROWS(workloads)
TEST_ROWS(services)
TEST_ROWS(others)

static const struct {
	const char *old, *now, *expected;
} updates[] = {
    {BOX(""), BOX(""), ""},
    {BOX(""), POD("'containers':[{'name':'c','image':'j'}]"), ""},
    {BOX(""), POD("'containers':[{'name':'c','image':'i'}],'nodeName':'n'"), ""},
    {BOX(""), POD("'containers':[{'name':'c','image':'i'}],'tolerations':[{'operator':'Exists'}]"),
     ""},
    {BOX(""), POD("'containers':[{'name':'c','image':'i'},{'name':'d','image':'i'}]"),
     "spec.containers: Forbidden: pod updates may not add or remove containers\n"},
    {BOX(""), BOX(",'command':['x']"),
     "spec: Forbidden: pod updates may not change fields other than "
     "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
     "`spec.tolerations` (only additions to existing "
     "tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was "
     "previously negative)\n"},
    {POD("'containers':[{'name':'c','image':'i'}],'activeDeadlineSeconds':5"),
     POD("'containers':[{'name':'c','image':'i'}],'activeDeadlineSeconds':6"),
     "spec.activeDeadlineSeconds: Invalid value: 6: must be less than or equal to previous "
     "value\n"},
    {POD("'containers':[{'name':'c','image':'i'}],'tolerations':[{'operator':'Exists'}]"), BOX(""),
     "spec.tolerations: Forbidden: existing toleration can not be modified except its "
     "tolerationSeconds\n"},
    {DEPLOYMENT(""), DEPLOYMENT(",'replicas':5"), ""},
    {DEPLOYMENT(""),
     APPS("Deployment",
          "'selector':{'matchExpressions':[{'key':'app','operator':'Exists'}]}," TEMPLATE("")),
     "spec.selector: Invalid value: "
     "{\"matchExpressions\":[{\"key\":\"app\",\"operator\":\"Exists\"}]}: field is immutable\n"},
    {SERVICE("'clusterIP':'10.0.0.1','ports':[{'port':80}]"),
     SERVICE("'clusterIP':'10.0.0.2','ports':[{'port':80}]"),
     "spec.clusterIPs[0]: Invalid value: \"10.0.0.2\": may not change once set\n"},
    {CORE("Secret", "s", "'type':'a'"), CORE("Secret", "s", "'type':'b'"),
     "type: Invalid value: \"b\": field is immutable\n"},
    {CORE("ConfigMap", "m", "'immutable':true,'data':{'a':'b'}"),
     CORE("ConfigMap", "m", "'immutable':true,'data':{'a':'c'}"),
     "data: Forbidden: field is immutable when `immutable` is set\n"},
    {CORE("ConfigMap", "m", "'immutable':true"), CORE("ConfigMap", "m", "'data':{}"),
     "immutable: Forbidden: field is immutable when `immutable` is set\n"},
    {CLASS("c", "'value':1,'description':'x'"), CLASS("c", "'value':1,'globalDefault':true"), ""},
    {CLASS("c", "'value':1"), CLASS("c", "'value':2"),
     "value: Forbidden: may not be changed in an update.\n"},
    {CLASS("c", "'value':1"), CLASS("c", "'value':1,'preemptionPolicy':'Never'"),
     "preemptionPolicy: Invalid value: \"Never\": field is immutable\n"},
};

START_TEST(test_updates)
{
	for (size_t i = 0; i < sizeof(updates) / sizeof(updates[0]); i++) {
		korch_object *old = manifest_decode(updates[i].old);
		korch_object *now = manifest_decode(updates[i].now);
		korch_problems *problems = NULL;
		ck_assert_int_eq(korch_problems_new(&problems, 0), 0);
		korch_object_validate_update(now, old, problems);
		char *text = problems_text(problems);
		ck_assert_msg(strcmp(text, updates[i].expected) == 0, "%s\nfound:\n%swanted:\n%s",
		              updates[i].now, text, updates[i].expected);
		free(text);
		korch_problems_free(problems);
		korch_object_unref(now);
		korch_object_unref(old);
	}
}
END_TEST

/* Whichever allocation fails: no crash; what was not found is said to be missing for want of
 * memory. */
START_TEST(test_memory_is_short)
{
	for (size_t i = 0; i < sizeof(pods) / sizeof(pods[0]); i += 7) {
		korch_object *object = manifest_decode(pods[i].manifest);
		int code = KORCH_E_NOMEM;
		for (uint64_t n = 1; n < 500; n++) {
			korch_problems *problems = NULL;
			ck_assert_int_eq(korch_problems_new(&problems, 0), 0);
			korch__alloc_fail_at(n);
			code = korch_object_validate(object, problems);
			uint64_t made = korch__alloc_count();
			korch__alloc_fail_at(0);
			ck_assert(code < 0 || made < n);
			korch_problems_free(problems);
			if (made < n)
				break;
		}
		ck_assert_int_eq(code, *pods[i].expected ? KORCH_E_INVALID : 0);
		korch_object_unref(object);
	}
}
END_TEST

KORCH_SUITE(validate_kinds)
{
	Suite *suite = suite_create("validate_kinds");
	KORCH_CASE(suite, "create", test_pods, test_workloads, test_services, test_others);
	KORCH_CASE(suite, "update", test_updates);
	KORCH_CASE(suite, "memory", test_memory_is_short);
	return suite;
}
