/* Rules of single containers. What containers of one pod must agree on stands in validate_pod.c. */
#include "base/text.h"
#include "object/kinds/common.h"
#include "object/kinds/hooks.h"
#include "object/problems.h"
#include "object/syntax.h"
#include <korch/api/core_container.h>
#include <string.h>

/* Fields of a pod that an environment variable can have. */
static int is_env_field(const char *path)
{
	static const char *const fields[] = {"metadata.name",
	                                     "metadata.namespace",
	                                     "metadata.uid",
	                                     "spec.nodeName",
	                                     "spec.serviceAccountName",
	                                     "status.hostIP",
	                                     "status.hostIPs",
	                                     "status.podIP",
	                                     "status.podIPs"};
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strcmp(path, fields[i]) == 0)
			return 1;
	}
	size_t n = strlen(path);
	return n > 3 && path[n - 1] == ']' &&
	       (korch__text_has_prefix(path, "metadata.labels['") ||
	        korch__text_has_prefix(path, "metadata.annotations['"));
}

static void check_env_field(const korch_object_field_selector *field, const char *path,
                            korch_problems *problems)
{
	static const char *const supported[] = {"metadata.name",
	                                        "metadata.namespace",
	                                        "metadata.uid",
	                                        "spec.nodeName",
	                                        "spec.serviceAccountName",
	                                        "status.hostIP",
	                                        "status.hostIPs",
	                                        "status.podIP",
	                                        "status.podIPs",
	                                        NULL};
	if (field && field->field_path && *field->field_path && !is_env_field(field->field_path))
		korch__problem_unsupported(problems, path, "valueFrom.fieldRef.fieldPath",
		                           field->field_path, supported);
}

void korch__resource_field_selector_validate(const void *self, const char *path,
                                             korch_problems *problems)
{
	static const char *const supported[] = {"limits.cpu",
	                                        "limits.ephemeral-storage",
	                                        "limits.memory",
	                                        "requests.cpu",
	                                        "requests.ephemeral-storage",
	                                        "requests.memory",
	                                        NULL};
	const char *resource = ((const korch_resource_field_selector *)self)->resource;
	if (!resource || !*resource || korch__text_has_prefix(resource, "limits.hugepages-") ||
	    korch__text_has_prefix(resource, "requests.hugepages-"))
		return;
	for (size_t i = 0; supported[i]; i++) {
		if (strcmp(supported[i], resource) == 0)
			return;
	}
	korch__problem_unsupported(problems, path, "resource", resource, supported);
}

void korch__env_var_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_env_var *variable = self;
	const korch_env_var_source *from = variable->value_from;
	if (!from)
		return;
	int n = !!from->field_ref + !!from->resource_field_ref + !!from->config_map_key_ref +
	        !!from->secret_key_ref + !!from->file_key_ref;
	if (n == 0)
		korch__problem_field(problems, path, "valueFrom", KORCH_PROBLEM_INVALID,
		                     "\"\": must specify one of: `fieldRef`, `resourceFieldRef`, "
		                     "`configMapKeyRef`, `secretKeyRef` or `fileKeyRef`");
	else if (variable->value && *variable->value)
		korch__problem_field(problems, path, "valueFrom", KORCH_PROBLEM_INVALID,
		                     "\"\": may not be specified when `value` is not empty");
	if (n > 1)
		korch__problem_field(problems, path, "valueFrom", KORCH_PROBLEM_INVALID,
		                     "\"\": may not have more than one field specified at a time");
	check_env_field(from->field_ref, path, problems);
}

void korch__env_from_source_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_env_from_source *source = self;
	korch__syntax_check(problems, path, "prefix", KORCH_FORMAT_ENV_NAME, source->prefix);
	if (!source->config_map_ref && !source->secret_ref)
		korch__problem(problems, path, KORCH_PROBLEM_INVALID,
		               "\"\": must specify one of: `configMapRef` or `secretRef`");
	else if (source->config_map_ref && source->secret_ref)
		korch__problem(problems, path, KORCH_PROBLEM_INVALID,
		               "\"\": may not have more than one field specified at a time");
}

static void check_sub_path(const char *sub_path, const char *field, const char *path,
                           korch_problems *problems)
{
	if (!sub_path || !*sub_path)
		return;
	if (sub_path[0] == '/')
		korch__problem_field(problems, path, field, KORCH_PROBLEM_INVALID,
		                     "\"%s\": must be a relative path", sub_path);
	if (korch__path_leaves(sub_path))
		korch__problem_field(problems, path, field, KORCH_PROBLEM_INVALID,
		                     "\"%s\": must not contain '..'", sub_path);
}

void korch__volume_mount_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_volume_mount *mount = self;
	check_sub_path(mount->sub_path, "subPath", path, problems);
	check_sub_path(mount->sub_path_expr, "subPathExpr", path, problems);
	if (mount->sub_path && *mount->sub_path && mount->sub_path_expr && *mount->sub_path_expr)
		korch__problem_field(problems, path, "subPathExpr", KORCH_PROBLEM_INVALID,
		                     "\"%s\": subPathExpr and subPath are mutually exclusive",
		                     mount->sub_path_expr);
	if (mount->recursive_read_only && *mount->recursive_read_only &&
	    strcmp(mount->recursive_read_only, "Disabled") != 0 && !mount->read_only)
		korch__problem_field(problems, path, "recursiveReadOnly", KORCH_PROBLEM_FORBIDDEN,
		                     "may only be specified when readOnly is true");
}

void korch__security_context_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_security_context *context = self;
	if (!KORCH_IS_SET(context, korch_security_context, allow_privilege_escalation) ||
	    context->allow_privilege_escalation)
		return;
	const korch_capabilities *capabilities = context->capabilities;
	if (context->privileged)
		korch__problem(problems, path, KORCH_PROBLEM_INVALID,
		               "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
	for (size_t i = 0; capabilities && i < capabilities->n_add; i++) {
		if (korch__text_equal(capabilities->add[i], "CAP_SYS_ADMIN"))
			korch__problem(problems, path, KORCH_PROBLEM_INVALID,
			               "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` "
			               "CAP_SYS_ADMIN");
	}
}

static void check_profile(const char *type, const char *profile, const char *path,
                          korch_problems *problems)
{
	int local = korch__text_equal(type, "Localhost");
	if (local && (!profile || !*profile))
		korch__problem_field(problems, path, "localhostProfile", KORCH_PROBLEM_REQUIRED,
		                     "must be set when type is Localhost");
	else if (!local && profile)
		korch__problem_field(problems, path, "localhostProfile", KORCH_PROBLEM_INVALID,
		                     "\"%s\": can only be set when type is Localhost", profile);
}

void korch__seccomp_profile_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_seccomp_profile *profile = self;
	check_profile(profile->type, profile->localhost_profile, path, problems);
}

void korch__app_armor_profile_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_app_armor_profile *profile = self;
	check_profile(profile->type, profile->localhost_profile, path, problems);
}

/* What Container and EphemeralContainer have in common. */
static void check_image(const char *image, const char *path, korch_problems *problems)
{
	size_t n = image ? strlen(image) : 0;
	if (n > 0 && (strchr(" \t\r\n", image[0]) || strchr(" \t\r\n", image[n - 1])))
		korch__problem_field(problems, path, "image", KORCH_PROBLEM_INVALID,
		                     "\"%s\": must not have leading or trailing whitespace", image);
}

static void check_mount_paths(const korch_volume_mount *mounts, size_t n, const char *path,
                              korch_problems *problems)
{
	korch_names paths;
	korch__names_init(&paths, n);
	for (size_t i = 0; i < n; i++) {
		if (!korch__names_add(&paths, mounts[i].mount_path))
			korch__problem_field(problems, path, AT("volumeMounts[%zu].mountPath", i),
			                     KORCH_PROBLEM_INVALID, "\"%s\": must be unique",
			                     mounts[i].mount_path);
	}
	korch__names_fini(&paths, problems);
}

static void check_ports(const korch_container *container, const char *path,
                        korch_problems *problems)
{
	korch_names names;
	korch__names_init(&names, container->n_ports);
	for (size_t i = 0; i < container->n_ports; i++) {
		if (!korch__names_add(&names, container->ports[i].name))
			korch__problem_field(problems, path, AT("ports[%zu].name", i), KORCH_PROBLEM_DUPLICATE,
			                     "\"%s\"", container->ports[i].name);
	}
	korch__names_fini(&names, problems);
}

static void check_success(const korch_probe *probe, const char *name, const char *path,
                          korch_problems *problems)
{
	if (probe && probe->success_threshold > 1)
		korch__problem_field(problems, path, AT("%s.successThreshold", name), KORCH_PROBLEM_INVALID,
		                     "%d: must be 1", probe->success_threshold);
}

void korch__container_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_container *container = self;
	check_image(container->image, path, problems);
	check_ports(container, path, problems);
	check_mount_paths(container->volume_mounts, container->n_volume_mounts, path, problems);
	check_success(container->liveness_probe, "livenessProbe", path, problems);
	check_success(container->startup_probe, "startupProbe", path, problems);
	if (container->readiness_probe &&
	    KORCH_IS_SET(container->readiness_probe, korch_probe, termination_grace_period_seconds))
		korch__problem_field(
		    problems, path, "readinessProbe.terminationGracePeriodSeconds", KORCH_PROBLEM_INVALID,
		    "%lld: must not be set for readinessProbes",
		    (long long)container->readiness_probe->termination_grace_period_seconds);
	int privileged = container->security_context && container->security_context->privileged;
	for (size_t i = 0; i < container->n_volume_mounts && !privileged; i++) {
		if (korch__text_equal(container->volume_mounts[i].mount_propagation, "Bidirectional"))
			korch__problem_field(
			    problems, path, AT("volumeMounts[%zu].mountPropagation", i),
			    KORCH_PROBLEM_FORBIDDEN,
			    "Bidirectional mount propagation is available only to privileged containers");
	}
}

void korch__ephemeral_container_validate(const void *self, const char *path,
                                         korch_problems *problems)
{
	const korch_ephemeral_container *container = self;
	const struct {
		const char *name;
		int given;
	} fields[] = {{"ports", container->n_ports > 0},
	              {"livenessProbe", container->liveness_probe != NULL},
	              {"readinessProbe", container->readiness_probe != NULL},
	              {"startupProbe", container->startup_probe != NULL},
	              {"lifecycle", container->lifecycle != NULL},
	              {"resources", container->resources && (container->resources->limits ||
	                                                     container->resources->requests)}};
	check_image(container->image, path, problems);
	check_mount_paths(container->volume_mounts, container->n_volume_mounts, path, problems);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (fields[i].given)
			korch__problem_field(problems, path, fields[i].name, KORCH_PROBLEM_FORBIDDEN,
			                     "cannot be set for an Ephemeral Container");
	}
}
