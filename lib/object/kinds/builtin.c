/*
 * The kinds that Kubernetes ships, old versions included, and those of Argo Rollouts and Flagger.
 * Which of them have a struct is said here too; what the structs hold is said in the tables beside.
 */
#include "object/kinds/builtin.h"
#include <korch/api.h>

#define CLUSTER 0
#define NAMESPACED 1
#define FIELDS_(g, v, api, kind, many, one, shorts, scope)                                         \
	.group = (g), .version = (v), .api_version = (api), .name = (kind), .plural = (many),          \
	.singular = (one), .short_names = (shorts), .namespaced = (scope), .builtin = 1
/* A kind of a group: version, name, plural, singular, short names, scope. */
#define KIND(g, v, ...)                                                                            \
	&(const korch_kind)                                                                            \
	{                                                                                              \
		FIELDS_(g, v, g "/" v, __VA_ARGS__)                                                        \
	}
/* A kind of the core group. */
#define CORE(...)                                                                                  \
	&(const korch_kind)                                                                            \
	{                                                                                              \
		FIELDS_("", "v1", "v1", __VA_ARGS__)                                                       \
	}
/* The same with a struct. */
#define KIND_TYPED(s, g, v, ...)                                                                   \
	const korch_kind s##_kind = {FIELDS_(g, v, g "/" v, __VA_ARGS__), .type = &s##_type}
#define CORE_TYPED(s, ...)                                                                         \
	const korch_kind s##_kind = {FIELDS_("", "v1", "v1", __VA_ARGS__), .type = &s##_type}

/* clang-format off */
KIND_TYPED(korch_controller_revision, "apps", "v1", "ControllerRevision", "controllerrevisions", "controllerrevision", "", NAMESPACED);
KIND_TYPED(korch_daemon_set, "apps", "v1", "DaemonSet", "daemonsets", "daemonset", "ds", NAMESPACED);
KIND_TYPED(korch_deployment, "apps", "v1", "Deployment", "deployments", "deployment", "deploy", NAMESPACED);
KIND_TYPED(korch_replica_set, "apps", "v1", "ReplicaSet", "replicasets", "replicaset", "rs", NAMESPACED);
KIND_TYPED(korch_stateful_set, "apps", "v1", "StatefulSet", "statefulsets", "statefulset", "sts", NAMESPACED);
KIND_TYPED(korch_analysis_run, "argoproj.io", "v1alpha1", "AnalysisRun", "analysisruns", "analysisrun", "ar", NAMESPACED);
KIND_TYPED(korch_analysis_template, "argoproj.io", "v1alpha1", "AnalysisTemplate", "analysistemplates", "analysistemplate", "at", NAMESPACED);
KIND_TYPED(korch_cluster_analysis_template, "argoproj.io", "v1alpha1", "ClusterAnalysisTemplate", "clusteranalysistemplates", "clusteranalysistemplate", "cat", CLUSTER);
KIND_TYPED(korch_experiment, "argoproj.io", "v1alpha1", "Experiment", "experiments", "experiment", "exp", NAMESPACED);
KIND_TYPED(korch_rollout, "argoproj.io", "v1alpha1", "Rollout", "rollouts", "rollout", "ro", NAMESPACED);
KIND_TYPED(korch_job, "batch", "v1", "Job", "jobs", "job", "", NAMESPACED);
KIND_TYPED(korch_lease, "coordination.k8s.io", "v1", "Lease", "leases", "lease", "", NAMESPACED);
KIND_TYPED(korch_endpoint_slice, "discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", "endpointslice", "", NAMESPACED);
KIND_TYPED(korch_alert_provider, "flagger.app", "v1beta1", "AlertProvider", "alertproviders", "alertprovider", "", NAMESPACED);
KIND_TYPED(korch_flagger_canary, "flagger.app", "v1beta1", "Canary", "canaries", "canary", "", NAMESPACED);
KIND_TYPED(korch_metric_template, "flagger.app", "v1beta1", "MetricTemplate", "metrictemplates", "metrictemplate", "", NAMESPACED);
KIND_TYPED(korch_pod_disruption_budget, "policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", "poddisruptionbudget", "pdb", NAMESPACED);
KIND_TYPED(korch_priority_class, "scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", "priorityclass", "pc", CLUSTER);
CORE_TYPED(korch_config_map, "ConfigMap", "configmaps", "configmap", "cm", NAMESPACED);
CORE_TYPED(korch_event, "Event", "events", "event", "ev", NAMESPACED);
CORE_TYPED(korch_namespace, "Namespace", "namespaces", "namespace", "ns", CLUSTER);
CORE_TYPED(korch_node, "Node", "nodes", "node", "no", CLUSTER);
CORE_TYPED(korch_pod, "Pod", "pods", "pod", "po", NAMESPACED);
CORE_TYPED(korch_secret, "Secret", "secrets", "secret", "", NAMESPACED);
CORE_TYPED(korch_service, "Service", "services", "service", "svc", NAMESPACED);

/* Sorted by apiVersion, then name, in byte order. */
const korch_kind *const korch__builtin_kinds[] = {
	KIND("admission.k8s.io", "v1", "AdmissionReview", "admissionreviews", "admissionreview", "", CLUSTER),
	KIND("admission.k8s.io", "v1beta1", "AdmissionReview", "admissionreviews", "admissionreview", "", CLUSTER),
	KIND("admissionregistration.k8s.io", "v1", "MutatingAdmissionPolicy", "mutatingadmissionpolicies", "mutatingadmissionpolicy", "", CLUSTER),
	KIND("admissionregistration.k8s.io", "v1", "MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings", "mutatingadmissionpolicybinding", "", CLUSTER),
	KIND("admissionregistration.k8s.io", "v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", "mutatingwebhookconfiguration", "", CLUSTER),
	KIND("admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", "validatingadmissionpolicy", "", CLUSTER),
	KIND("admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", "validatingadmissionpolicybinding", "", CLUSTER),
	KIND("admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", "validatingwebhookconfiguration", "", CLUSTER),
	KIND("admissionregistration.k8s.io", "v1alpha1", "MutatingAdmissionPolicy", "mutatingadmissionpolicies", "mutatingadmissionpolicy", "", CLUSTER),
	KIND("admissionregistration.k8s.io", "v1alpha1", "MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings", "mutatingadmissionpolicybinding", "", CLUSTER),
	KIND("admissionregistration.k8s.io", "v1alpha1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", "validatingadmissionpolicy", "", CLUSTER),
	KIND("admissionregistration.k8s.io", "v1alpha1", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", "validatingadmissionpolicybinding", "", CLUSTER),
	KIND("admissionregistration.k8s.io", "v1beta1", "MutatingAdmissionPolicy", "mutatingadmissionpolicies", "mutatingadmissionpolicy", "", CLUSTER),
	KIND("admissionregistration.k8s.io", "v1beta1", "MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings", "mutatingadmissionpolicybinding", "", CLUSTER),
	KIND("admissionregistration.k8s.io", "v1beta1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", "mutatingwebhookconfiguration", "", CLUSTER),
	KIND("admissionregistration.k8s.io", "v1beta1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", "validatingadmissionpolicy", "", CLUSTER),
	KIND("admissionregistration.k8s.io", "v1beta1", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", "validatingadmissionpolicybinding", "", CLUSTER),
	KIND("admissionregistration.k8s.io", "v1beta1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", "validatingwebhookconfiguration", "", CLUSTER),
	KIND("apidiscovery.k8s.io", "v2", "APIGroupDiscovery", "apigroupdiscoveries", "apigroupdiscovery", "", CLUSTER),
	KIND("apidiscovery.k8s.io", "v2beta1", "APIGroupDiscovery", "apigroupdiscoveries", "apigroupdiscovery", "", CLUSTER),
	KIND("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", "customresourcedefinition", "crd,crds", CLUSTER),
	KIND("apiregistration.k8s.io", "v1", "APIService", "apiservices", "apiservice", "", CLUSTER),
	&korch_controller_revision_kind,
	&korch_daemon_set_kind,
	&korch_deployment_kind,
	&korch_replica_set_kind,
	&korch_stateful_set_kind,
	KIND("apps", "v1beta1", "ControllerRevision", "controllerrevisions", "controllerrevision", "", NAMESPACED),
	KIND("apps", "v1beta1", "Deployment", "deployments", "deployment", "deploy", NAMESPACED),
	KIND("apps", "v1beta1", "DeploymentRollback", "deploymentrollbacks", "deploymentrollback", "", NAMESPACED),
	KIND("apps", "v1beta1", "Scale", "scales", "scale", "", NAMESPACED),
	KIND("apps", "v1beta1", "StatefulSet", "statefulsets", "statefulset", "sts", NAMESPACED),
	KIND("apps", "v1beta2", "ControllerRevision", "controllerrevisions", "controllerrevision", "", NAMESPACED),
	KIND("apps", "v1beta2", "DaemonSet", "daemonsets", "daemonset", "ds", NAMESPACED),
	KIND("apps", "v1beta2", "Deployment", "deployments", "deployment", "deploy", NAMESPACED),
	KIND("apps", "v1beta2", "ReplicaSet", "replicasets", "replicaset", "rs", NAMESPACED),
	KIND("apps", "v1beta2", "Scale", "scales", "scale", "", NAMESPACED),
	KIND("apps", "v1beta2", "StatefulSet", "statefulsets", "statefulset", "sts", NAMESPACED),
	&korch_analysis_run_kind,
	&korch_analysis_template_kind,
	&korch_cluster_analysis_template_kind,
	&korch_experiment_kind,
	&korch_rollout_kind,
	KIND("authentication.k8s.io", "v1", "SelfSubjectReview", "selfsubjectreviews", "selfsubjectreview", "", CLUSTER),
	KIND("authentication.k8s.io", "v1", "TokenRequest", "tokenrequests", "tokenrequest", "", NAMESPACED),
	KIND("authentication.k8s.io", "v1", "TokenReview", "tokenreviews", "tokenreview", "", CLUSTER),
	KIND("authentication.k8s.io", "v1beta1", "SelfSubjectReview", "selfsubjectreviews", "selfsubjectreview", "", CLUSTER),
	KIND("authentication.k8s.io", "v1beta1", "TokenReview", "tokenreviews", "tokenreview", "", CLUSTER),
	KIND("authorization.k8s.io", "v1", "LocalSubjectAccessReview", "localsubjectaccessreviews", "localsubjectaccessreview", "", NAMESPACED),
	KIND("authorization.k8s.io", "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", "selfsubjectaccessreview", "", CLUSTER),
	KIND("authorization.k8s.io", "v1", "SelfSubjectRulesReview", "selfsubjectrulesreviews", "selfsubjectrulesreview", "", CLUSTER),
	KIND("authorization.k8s.io", "v1", "SubjectAccessReview", "subjectaccessreviews", "subjectaccessreview", "", CLUSTER),
	KIND("authorization.k8s.io", "v1beta1", "LocalSubjectAccessReview", "localsubjectaccessreviews", "localsubjectaccessreview", "", NAMESPACED),
	KIND("authorization.k8s.io", "v1beta1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", "selfsubjectaccessreview", "", CLUSTER),
	KIND("authorization.k8s.io", "v1beta1", "SelfSubjectRulesReview", "selfsubjectrulesreviews", "selfsubjectrulesreview", "", CLUSTER),
	KIND("authorization.k8s.io", "v1beta1", "SubjectAccessReview", "subjectaccessreviews", "subjectaccessreview", "", CLUSTER),
	KIND("autoscaling", "v1", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "horizontalpodautoscaler", "hpa", NAMESPACED),
	KIND("autoscaling", "v1", "Scale", "scales", "scale", "", NAMESPACED),
	KIND("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "horizontalpodautoscaler", "hpa", NAMESPACED),
	KIND("batch", "v1", "CronJob", "cronjobs", "cronjob", "cj", NAMESPACED),
	&korch_job_kind,
	KIND("batch", "v1beta1", "CronJob", "cronjobs", "cronjob", "cj", NAMESPACED),
	KIND("certificates.k8s.io", "v1", "CertificateSigningRequest", "certificatesigningrequests", "certificatesigningrequest", "csr", CLUSTER),
	KIND("certificates.k8s.io", "v1", "ClusterTrustBundle", "clustertrustbundles", "clustertrustbundle", "", CLUSTER),
	KIND("certificates.k8s.io", "v1", "PodCertificateRequest", "podcertificaterequests", "podcertificaterequest", "", NAMESPACED),
	KIND("certificates.k8s.io", "v1alpha1", "ClusterTrustBundle", "clustertrustbundles", "clustertrustbundle", "", CLUSTER),
	KIND("certificates.k8s.io", "v1beta1", "CertificateSigningRequest", "certificatesigningrequests", "certificatesigningrequest", "csr", CLUSTER),
	KIND("certificates.k8s.io", "v1beta1", "ClusterTrustBundle", "clustertrustbundles", "clustertrustbundle", "", CLUSTER),
	KIND("certificates.k8s.io", "v1beta1", "PodCertificateRequest", "podcertificaterequests", "podcertificaterequest", "", NAMESPACED),
	&korch_lease_kind,
	KIND("coordination.k8s.io", "v1alpha2", "LeaseCandidate", "leasecandidates", "leasecandidate", "", NAMESPACED),
	KIND("coordination.k8s.io", "v1beta1", "Lease", "leases", "lease", "", NAMESPACED),
	KIND("coordination.k8s.io", "v1beta1", "LeaseCandidate", "leasecandidates", "leasecandidate", "", NAMESPACED),
	&korch_endpoint_slice_kind,
	KIND("discovery.k8s.io", "v1beta1", "EndpointSlice", "endpointslices", "endpointslice", "", NAMESPACED),
	KIND("events.k8s.io", "v1", "Event", "events", "event", "ev", NAMESPACED),
	KIND("events.k8s.io", "v1beta1", "Event", "events", "event", "ev", NAMESPACED),
	KIND("extensions", "v1beta1", "DaemonSet", "daemonsets", "daemonset", "ds", NAMESPACED),
	KIND("extensions", "v1beta1", "Deployment", "deployments", "deployment", "deploy", NAMESPACED),
	KIND("extensions", "v1beta1", "DeploymentRollback", "deploymentrollbacks", "deploymentrollback", "", NAMESPACED),
	KIND("extensions", "v1beta1", "Ingress", "ingresses", "ingress", "ing", NAMESPACED),
	KIND("extensions", "v1beta1", "NetworkPolicy", "networkpolicies", "networkpolicy", "netpol", NAMESPACED),
	KIND("extensions", "v1beta1", "ReplicaSet", "replicasets", "replicaset", "rs", NAMESPACED),
	KIND("extensions", "v1beta1", "Scale", "scales", "scale", "", NAMESPACED),
	&korch_alert_provider_kind,
	&korch_flagger_canary_kind,
	&korch_metric_template_kind,
	KIND("flowcontrol.apiserver.k8s.io", "v1", "FlowSchema", "flowschemas", "flowschema", "", CLUSTER),
	KIND("flowcontrol.apiserver.k8s.io", "v1", "PriorityLevelConfiguration", "prioritylevelconfigurations", "prioritylevelconfiguration", "", CLUSTER),
	KIND("flowcontrol.apiserver.k8s.io", "v1beta1", "FlowSchema", "flowschemas", "flowschema", "", CLUSTER),
	KIND("flowcontrol.apiserver.k8s.io", "v1beta1", "PriorityLevelConfiguration", "prioritylevelconfigurations", "prioritylevelconfiguration", "", CLUSTER),
	KIND("flowcontrol.apiserver.k8s.io", "v1beta2", "FlowSchema", "flowschemas", "flowschema", "", CLUSTER),
	KIND("flowcontrol.apiserver.k8s.io", "v1beta2", "PriorityLevelConfiguration", "prioritylevelconfigurations", "prioritylevelconfiguration", "", CLUSTER),
	KIND("flowcontrol.apiserver.k8s.io", "v1beta3", "FlowSchema", "flowschemas", "flowschema", "", CLUSTER),
	KIND("flowcontrol.apiserver.k8s.io", "v1beta3", "PriorityLevelConfiguration", "prioritylevelconfigurations", "prioritylevelconfiguration", "", CLUSTER),
	KIND("imagepolicy.k8s.io", "v1alpha1", "ImageReview", "imagereviews", "imagereview", "", CLUSTER),
	KIND("internal.apiserver.k8s.io", "v1alpha1", "StorageVersion", "storageversions", "storageversion", "", CLUSTER),
	KIND("lifecycle.k8s.io", "v1alpha1", "Eviction", "evictions", "eviction", "", NAMESPACED),
	KIND("lifecycle.k8s.io", "v1alpha1", "EvictionRequest", "evictionrequests", "evictionrequest", "", NAMESPACED),
	KIND("networking.k8s.io", "v1", "IPAddress", "ipaddresses", "ipaddress", "ip", CLUSTER),
	KIND("networking.k8s.io", "v1", "Ingress", "ingresses", "ingress", "ing", NAMESPACED),
	KIND("networking.k8s.io", "v1", "IngressClass", "ingressclasses", "ingressclass", "", CLUSTER),
	KIND("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", "networkpolicy", "netpol", NAMESPACED),
	KIND("networking.k8s.io", "v1", "ServiceCIDR", "servicecidrs", "servicecidr", "", CLUSTER),
	KIND("networking.k8s.io", "v1beta1", "IPAddress", "ipaddresses", "ipaddress", "ip", CLUSTER),
	KIND("networking.k8s.io", "v1beta1", "Ingress", "ingresses", "ingress", "ing", NAMESPACED),
	KIND("networking.k8s.io", "v1beta1", "IngressClass", "ingressclasses", "ingressclass", "", CLUSTER),
	KIND("networking.k8s.io", "v1beta1", "ServiceCIDR", "servicecidrs", "servicecidr", "", CLUSTER),
	KIND("node.k8s.io", "v1", "RuntimeClass", "runtimeclasses", "runtimeclass", "", CLUSTER),
	KIND("node.k8s.io", "v1alpha1", "RuntimeClass", "runtimeclasses", "runtimeclass", "", CLUSTER),
	KIND("node.k8s.io", "v1beta1", "RuntimeClass", "runtimeclasses", "runtimeclass", "", CLUSTER),
	KIND("policy", "v1", "Eviction", "evictions", "eviction", "", NAMESPACED),
	&korch_pod_disruption_budget_kind,
	KIND("policy", "v1beta1", "Eviction", "evictions", "eviction", "", NAMESPACED),
	KIND("policy", "v1beta1", "PodDisruptionBudget", "poddisruptionbudgets", "poddisruptionbudget", "pdb", NAMESPACED),
	KIND("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", "clusterrole", "", CLUSTER),
	KIND("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", "clusterrolebinding", "", CLUSTER),
	KIND("rbac.authorization.k8s.io", "v1", "Role", "roles", "role", "", NAMESPACED),
	KIND("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", "rolebinding", "", NAMESPACED),
	KIND("rbac.authorization.k8s.io", "v1alpha1", "ClusterRole", "clusterroles", "clusterrole", "", CLUSTER),
	KIND("rbac.authorization.k8s.io", "v1alpha1", "ClusterRoleBinding", "clusterrolebindings", "clusterrolebinding", "", CLUSTER),
	KIND("rbac.authorization.k8s.io", "v1alpha1", "Role", "roles", "role", "", NAMESPACED),
	KIND("rbac.authorization.k8s.io", "v1alpha1", "RoleBinding", "rolebindings", "rolebinding", "", NAMESPACED),
	KIND("rbac.authorization.k8s.io", "v1beta1", "ClusterRole", "clusterroles", "clusterrole", "", CLUSTER),
	KIND("rbac.authorization.k8s.io", "v1beta1", "ClusterRoleBinding", "clusterrolebindings", "clusterrolebinding", "", CLUSTER),
	KIND("rbac.authorization.k8s.io", "v1beta1", "Role", "roles", "role", "", NAMESPACED),
	KIND("rbac.authorization.k8s.io", "v1beta1", "RoleBinding", "rolebindings", "rolebinding", "", NAMESPACED),
	KIND("resource.k8s.io", "v1", "DeviceClass", "deviceclasses", "deviceclass", "", CLUSTER),
	KIND("resource.k8s.io", "v1", "DeviceTaintRule", "devicetaintrules", "devicetaintrule", "", CLUSTER),
	KIND("resource.k8s.io", "v1", "ResourceClaim", "resourceclaims", "resourceclaim", "", NAMESPACED),
	KIND("resource.k8s.io", "v1", "ResourceClaimTemplate", "resourceclaimtemplates", "resourceclaimtemplate", "", NAMESPACED),
	KIND("resource.k8s.io", "v1", "ResourceSlice", "resourceslices", "resourceslice", "", CLUSTER),
	KIND("resource.k8s.io", "v1alpha3", "DeviceTaintRule", "devicetaintrules", "devicetaintrule", "", CLUSTER),
	KIND("resource.k8s.io", "v1alpha3", "ResourcePoolStatusRequest", "resourcepoolstatusrequests", "resourcepoolstatusrequest", "", CLUSTER),
	KIND("resource.k8s.io", "v1beta1", "DeviceClass", "deviceclasses", "deviceclass", "", CLUSTER),
	KIND("resource.k8s.io", "v1beta1", "ResourceClaim", "resourceclaims", "resourceclaim", "", NAMESPACED),
	KIND("resource.k8s.io", "v1beta1", "ResourceClaimTemplate", "resourceclaimtemplates", "resourceclaimtemplate", "", NAMESPACED),
	KIND("resource.k8s.io", "v1beta1", "ResourceSlice", "resourceslices", "resourceslice", "", CLUSTER),
	KIND("resource.k8s.io", "v1beta2", "DeviceClass", "deviceclasses", "deviceclass", "", CLUSTER),
	KIND("resource.k8s.io", "v1beta2", "DeviceTaintRule", "devicetaintrules", "devicetaintrule", "", CLUSTER),
	KIND("resource.k8s.io", "v1beta2", "ResourceClaim", "resourceclaims", "resourceclaim", "", NAMESPACED),
	KIND("resource.k8s.io", "v1beta2", "ResourceClaimTemplate", "resourceclaimtemplates", "resourceclaimtemplate", "", NAMESPACED),
	KIND("resource.k8s.io", "v1beta2", "ResourceSlice", "resourceslices", "resourceslice", "", CLUSTER),
	&korch_priority_class_kind,
	KIND("scheduling.k8s.io", "v1alpha2", "PodGroup", "podgroups", "podgroup", "", NAMESPACED),
	KIND("scheduling.k8s.io", "v1alpha2", "Workload", "workloads", "workload", "", NAMESPACED),
	KIND("scheduling.k8s.io", "v1alpha3", "CompositePodGroup", "compositepodgroups", "compositepodgroup", "", NAMESPACED),
	KIND("scheduling.k8s.io", "v1alpha3", "PodGroup", "podgroups", "podgroup", "", NAMESPACED),
	KIND("scheduling.k8s.io", "v1alpha3", "Workload", "workloads", "workload", "", NAMESPACED),
	KIND("scheduling.k8s.io", "v1beta1", "PodGroup", "podgroups", "podgroup", "", NAMESPACED),
	KIND("scheduling.k8s.io", "v1beta1", "PriorityClass", "priorityclasses", "priorityclass", "pc", CLUSTER),
	KIND("scheduling.k8s.io", "v1beta1", "Workload", "workloads", "workload", "", NAMESPACED),
	KIND("storage.k8s.io", "v1", "CSIDriver", "csidrivers", "csidriver", "", CLUSTER),
	KIND("storage.k8s.io", "v1", "CSINode", "csinodes", "csinode", "", CLUSTER),
	KIND("storage.k8s.io", "v1", "CSIStorageCapacity", "csistoragecapacities", "csistoragecapacity", "", NAMESPACED),
	KIND("storage.k8s.io", "v1", "StorageClass", "storageclasses", "storageclass", "sc", CLUSTER),
	KIND("storage.k8s.io", "v1", "VolumeAttachment", "volumeattachments", "volumeattachment", "", CLUSTER),
	KIND("storage.k8s.io", "v1", "VolumeAttributesClass", "volumeattributesclasses", "volumeattributesclass", "vac", CLUSTER),
	KIND("storage.k8s.io", "v1alpha1", "CSIStorageCapacity", "csistoragecapacities", "csistoragecapacity", "", NAMESPACED),
	KIND("storage.k8s.io", "v1alpha1", "VolumeAttachment", "volumeattachments", "volumeattachment", "", CLUSTER),
	KIND("storage.k8s.io", "v1alpha1", "VolumeAttributesClass", "volumeattributesclasses", "volumeattributesclass", "vac", CLUSTER),
	KIND("storage.k8s.io", "v1beta1", "CSIDriver", "csidrivers", "csidriver", "", CLUSTER),
	KIND("storage.k8s.io", "v1beta1", "CSINode", "csinodes", "csinode", "", CLUSTER),
	KIND("storage.k8s.io", "v1beta1", "CSIStorageCapacity", "csistoragecapacities", "csistoragecapacity", "", NAMESPACED),
	KIND("storage.k8s.io", "v1beta1", "StorageClass", "storageclasses", "storageclass", "sc", CLUSTER),
	KIND("storage.k8s.io", "v1beta1", "VolumeAttachment", "volumeattachments", "volumeattachment", "", CLUSTER),
	KIND("storage.k8s.io", "v1beta1", "VolumeAttributesClass", "volumeattributesclasses", "volumeattributesclass", "vac", CLUSTER),
	KIND("storagemigration.k8s.io", "v1", "StorageVersionMigration", "storageversionmigrations", "storageversionmigration", "", CLUSTER),
	KIND("storagemigration.k8s.io", "v1beta1", "StorageVersionMigration", "storageversionmigrations", "storageversionmigration", "", CLUSTER),
	CORE("APIGroup", "apigroups", "apigroup", "", CLUSTER),
	CORE("APIVersions", "apiversionses", "apiversions", "", CLUSTER),
	CORE("Binding", "bindings", "binding", "", NAMESPACED),
	CORE("ComponentStatus", "componentstatuses", "componentstatus", "cs", CLUSTER),
	&korch_config_map_kind,
	CORE("CreateOptions", "createoptionses", "createoptions", "", CLUSTER),
	CORE("DeleteOptions", "deleteoptionses", "deleteoptions", "", CLUSTER),
	CORE("Endpoints", "endpoints", "endpoints", "ep", NAMESPACED),
	&korch_event_kind,
	CORE("GetOptions", "getoptionses", "getoptions", "", CLUSTER),
	CORE("LimitRange", "limitranges", "limitrange", "limits", NAMESPACED),
	CORE("ListOptions", "listoptionses", "listoptions", "", CLUSTER),
	&korch_namespace_kind,
	&korch_node_kind,
	CORE("NodeProxyOptions", "nodeproxyoptionses", "nodeproxyoptions", "", CLUSTER),
	CORE("PatchOptions", "patchoptionses", "patchoptions", "", CLUSTER),
	CORE("PersistentVolume", "persistentvolumes", "persistentvolume", "pv", CLUSTER),
	CORE("PersistentVolumeClaim", "persistentvolumeclaims", "persistentvolumeclaim", "pvc", NAMESPACED),
	&korch_pod_kind,
	CORE("PodAttachOptions", "podattachoptionses", "podattachoptions", "", CLUSTER),
	CORE("PodExecOptions", "podexecoptionses", "podexecoptions", "", CLUSTER),
	CORE("PodLogOptions", "podlogoptionses", "podlogoptions", "", CLUSTER),
	CORE("PodPortForwardOptions", "podportforwardoptionses", "podportforwardoptions", "", CLUSTER),
	CORE("PodProxyOptions", "podproxyoptionses", "podproxyoptions", "", CLUSTER),
	CORE("PodTemplate", "podtemplates", "podtemplate", "", NAMESPACED),
	CORE("RangeAllocation", "rangeallocations", "rangeallocation", "", CLUSTER),
	CORE("ReplicationController", "replicationcontrollers", "replicationcontroller", "rc", NAMESPACED),
	CORE("ResourceQuota", "resourcequotas", "resourcequota", "quota", NAMESPACED),
	&korch_secret_kind,
	CORE("SerializedReference", "serializedreferences", "serializedreference", "", CLUSTER),
	&korch_service_kind,
	CORE("ServiceAccount", "serviceaccounts", "serviceaccount", "sa", NAMESPACED),
	CORE("ServiceProxyOptions", "serviceproxyoptionses", "serviceproxyoptions", "", CLUSTER),
	CORE("Status", "statuses", "status", "", CLUSTER),
	CORE("UpdateOptions", "updateoptionses", "updateoptions", "", CLUSTER),
};
/* clang-format on */
const size_t korch__n_builtin_kinds =
    sizeof(korch__builtin_kinds) / sizeof(korch__builtin_kinds[0]);
