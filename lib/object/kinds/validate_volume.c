/* Rules of volumes: one source each, modes of files, paths that stay inside. */
#include "base/text.h"
#include "object/kinds/common.h"
#include "object/kinds/hooks.h"
#include "object/problems.h"
#include "object/syntax.h"
#include <korch/api/core_volume.h>
#include <string.h>

enum { MODE_MAX = 0777 };

/* Exactly one of the struct rows of the type is set; each further one is forbidden. */
static void check_one_source(const void *self, const korch_type *type, const char *path,
                             korch_problems *problems)
{
	size_t found = 0;
	for (size_t i = 0; i < type->n_fields; i++) {
		const korch_field *field = &type->fields[i];
		if (field->kind != KORCH_FIELD_STRUCT ||
		    !*(void *const *)((const char *)self + field->offset))
			continue;
		if (found++ > 0)
			korch__problem_field(problems, path, field->name, KORCH_PROBLEM_FORBIDDEN,
			                     "may not specify more than 1 volume type");
	}
	if (found == 0)
		korch__problem(problems, path, KORCH_PROBLEM_REQUIRED, "must specify a volume type");
}

static void check_mode(int32_t mode, const char *path, const char *field, korch_problems *problems)
{
	if (mode < 0 || mode > MODE_MAX)
		korch__problem_field(problems, path, field, KORCH_PROBLEM_INVALID,
		                     "%d: must be a number between 0 and 0777 (octal), both inclusive",
		                     mode);
}

/* A path below the volume: relative, never out of it, and no name that the volume uses itself. */
static void check_local_path(const char *file, const char *path, korch_problems *problems)
{
	if (!file || !*file)
		return;
	if (file[0] == '/')
		korch__problem_field(problems, path, "path", KORCH_PROBLEM_INVALID,
		                     "\"%s\": must be a relative path", file);
	if (korch__path_leaves(file))
		korch__problem_field(problems, path, "path", KORCH_PROBLEM_INVALID,
		                     "\"%s\": must not contain '..'", file);
	else if (strncmp(file, "..", 2) == 0)
		korch__problem_field(problems, path, "path", KORCH_PROBLEM_INVALID,
		                     "\"%s\": must not start with '..'", file);
}

void korch__key_to_path_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_key_to_path *item = self;
	check_local_path(item->path, path, problems);
	check_mode(item->mode, path, "mode", problems);
}

void korch__host_path_volume_source_validate(const void *self, const char *path,
                                             korch_problems *problems)
{
	const korch_host_path_volume_source *source = self;
	if (source->path && korch__path_leaves(source->path))
		korch__problem_field(problems, path, "path", KORCH_PROBLEM_INVALID,
		                     "\"%s\": must not contain '..'", source->path);
}

void korch__nfs_volume_source_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_nfs_volume_source *source = self;
	if (source->path && *source->path && source->path[0] != '/')
		korch__problem_field(problems, path, "path", KORCH_PROBLEM_INVALID,
		                     "\"%s\": must be an absolute path", source->path);
}

void korch__secret_volume_source_validate(const void *self, const char *path,
                                          korch_problems *problems)
{
	check_mode(((const korch_secret_volume_source *)self)->default_mode, path, "defaultMode",
	           problems);
}

void korch__config_map_volume_source_validate(const void *self, const char *path,
                                              korch_problems *problems)
{
	check_mode(((const korch_config_map_volume_source *)self)->default_mode, path, "defaultMode",
	           problems);
}

void korch__downward_api_volume_source_validate(const void *self, const char *path,
                                                korch_problems *problems)
{
	check_mode(((const korch_downward_api_volume_source *)self)->default_mode, path, "defaultMode",
	           problems);
}

/* metadata.labels['key'] and the like, or one of the plain fields. */
static int is_pod_field(const char *field)
{
	static const char *const fields[] = {"metadata.annotations", "metadata.labels", "metadata.name",
	                                     "metadata.namespace", "metadata.uid"};
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		size_t n = strlen(fields[i]);
		if (strncmp(field, fields[i], n) == 0 && (!field[n] || (i < 2 && field[n] == '[')))
			return 1;
	}
	return 0;
}

void korch__downward_api_volume_file_validate(const void *self, const char *path,
                                              korch_problems *problems)
{
	const korch_downward_api_volume_file *file = self;
	check_local_path(file->path, path, problems);
	check_mode(file->mode, path, "mode", problems);
	if (file->field_ref && file->resource_field_ref)
		korch__problem_field(
		    problems, path, "resource", KORCH_PROBLEM_INVALID,
		    "\"%s\": fieldRef and resourceFieldRef can not be specified simultaneously",
		    korch__text_or_empty(file->path));
	else if (file->resource_field_ref &&
	         !korch__text_or_empty(file->resource_field_ref->container_name)[0])
		korch__problem_field(problems, path, "resourceFieldRef.containerName",
		                     KORCH_PROBLEM_REQUIRED, "%s", "");
	else if (!file->field_ref && !file->resource_field_ref)
		korch__problem(problems, path, KORCH_PROBLEM_REQUIRED,
		               "one of fieldRef and resourceFieldRef is required");
	if (file->field_ref && file->field_ref->field_path &&
	    !is_pod_field(file->field_ref->field_path)) {
		static const char *const allowed[] = {"metadata.annotations", "metadata.labels",
		                                      "metadata.name",        "metadata.namespace",
		                                      "metadata.uid",         NULL};
		korch__problem_unsupported(problems, path, "fieldRef.fieldPath",
		                           file->field_ref->field_path, allowed);
	}
}

void korch__service_account_token_projection_validate(const void *self, const char *path,
                                                      korch_problems *problems)
{
	const korch_service_account_token_projection *token = self;
	check_local_path(token->path, path, problems);
	if (KORCH_IS_SET(token, korch_service_account_token_projection, expiration_seconds) &&
	    token->expiration_seconds < 600)
		korch__problem_field(problems, path, "expirationSeconds", KORCH_PROBLEM_INVALID,
		                     "%lld: may not specify a duration less than 10 minutes",
		                     (long long)token->expiration_seconds);
}

void korch__volume_projection_validate(const void *self, const char *path, korch_problems *problems)
{
	check_one_source(self, &korch_volume_projection_type, path, problems);
}

void korch__projected_volume_source_validate(const void *self, const char *path,
                                             korch_problems *problems)
{
	check_mode(((const korch_projected_volume_source *)self)->default_mode, path, "defaultMode",
	           problems);
}

void korch__ephemeral_volume_source_validate(const void *self, const char *path,
                                             korch_problems *problems)
{
	if (!((const korch_ephemeral_volume_source *)self)->volume_claim_template)
		korch__problem_field(problems, path, "volumeClaimTemplate", KORCH_PROBLEM_REQUIRED, "%s",
		                     "");
}

void korch__persistent_volume_claim_spec_validate(const void *self, const char *path,
                                                  korch_problems *problems)
{
	const korch_persistent_volume_claim_spec *claim = self;
	static const char *const modes[] = {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce",
	                                    "ReadWriteOncePod", NULL};
	if (claim->n_access_modes == 0)
		korch__problem_field(problems, path, "accessModes", KORCH_PROBLEM_REQUIRED,
		                     "at least 1 access mode is required");
	for (size_t i = 0; i < claim->n_access_modes; i++) {
		size_t at = 0;
		while (modes[at] && !korch__text_equal(modes[at], claim->access_modes[i]))
			at++;
		if (!modes[at])
			korch__problem_unsupported(problems, path, AT("accessModes[%zu]", i),
			                           korch__text_or_empty(claim->access_modes[i]), modes);
	}
	if (!claim->resources || !korch_map_get(claim->resources->requests, "storage"))
		korch__problem_field(problems, path, "resources[storage]", KORCH_PROBLEM_REQUIRED, "%s",
		                     "");
}

void korch__volume_validate(const void *self, const char *path, korch_problems *problems)
{
	check_one_source(self, &korch_volume_type, path, problems);
}
