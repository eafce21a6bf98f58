/* What volumes hold that are made from ConfigMaps, Secrets and the pod's own fields. */
#include "agent/volume.h"
#include "base/cleanup.h"
#include "base/table.h"
#include "base/text.h"
#include "base/vec.h"
#include <string.h>

enum { FILES_MAX = 10000, BYTES_MAX = 64 << 20, MODE_DEFAULT = 0644 };

void korch__content_fini(korch__content *content)
{
	for (size_t i = 0; i < content->n; i++) {
		korch__free((char *)(uintptr_t)content->items[i].path);
		korch__free((char *)(uintptr_t)content->items[i].data);
	}
	korch__vec_fini(content);
}

int korch__content_add(korch__content *content, const char *path, const char *data, size_t length,
                       uint32_t mode)
{
	if (content->n >= FILES_MAX || content->bytes + length > BYTES_MAX)
		return KORCH_E_LIMIT;
	/* A later source wins. */
	for (size_t i = 0; i < content->n; i++) {
		if (strcmp(content->items[i].path, path) != 0)
			continue;
		korch__free((char *)(uintptr_t)content->items[i].path);
		korch__free((char *)(uintptr_t)content->items[i].data);
		korch__vec_swap_remove(content, i);
		break;
	}
	char *bytes = korch__alloc(length + 1);
	korch__file file = {korch__strdup(path), bytes, length, mode & 0777};
	if (!file.path || !bytes || korch__vec_push(content, file) < 0) {
		korch__free((char *)(uintptr_t)file.path);
		korch__free(bytes);
		return KORCH_E_NOMEM;
	}
	memcpy(bytes, data, length);
	bytes[length] = '\0';
	content->bytes += length;
	return 0;
}

/* A ConfigMap or Secret as files. */
typedef struct source {
	korch__content *to;
	int secret;
	const char *name;
	const korch_key_to_path *items;
	size_t n_items;
	int32_t optional;
	uint32_t mode;
	size_t found; /* of the items */
} source;

static uint32_t item_mode(const korch_key_to_path *item, uint32_t mode)
{
	return KORCH_IS_SET(item, korch_key_to_path, mode) ? (uint32_t)item->mode : mode;
}

static int add_key(void *userdata, const char *key, const char *data, size_t length)
{
	source *from = userdata;
	int code = 0;
	if (from->n_items == 0)
		return korch__content_add(from->to, key, data, length, from->mode);
	for (size_t i = 0; i < from->n_items && code == 0; i++) {
		const korch_key_to_path *item = &from->items[i];
		if (!korch__text_equal(item->key, key))
			continue;
		from->found++;
		code = korch__content_add(from->to, korch__text_or_empty(item->path), data, length,
		                          item_mode(item, from->mode));
	}
	return code;
}

static int say(char **problem, char *text)
{
	*problem = text;
	return text ? KORCH_E_NOT_FOUND : KORCH_E_NOMEM;
}

static int add_source(const korch__volume_context *context, source *from, char **problem)
{
	const korch_view *view = context->env.view;
	const char *namespace_ = korch_object_namespace(&context->env.pod->object);
	const char *name = korch__text_or_empty(from->name);
	int code = from->secret ? korch__secret_each(view, namespace_, name, add_key, from)
	                        : korch__config_map_each(view, namespace_, name, add_key, from);
	if (code == KORCH_E_NOT_FOUND)
		return from->optional
		           ? 0
		           : say(problem, korch__sprintf("%s \"%s\" not found",
		                                         from->secret ? "secret" : "configmap", name));
	if (code == 0 && from->found < from->n_items && !from->optional)
		return say(problem, korch__sprintf("%s references non-existent %s key",
		                                   from->secret ? "secret" : "configmap",
		                                   from->secret ? "secret" : "config"));
	return code;
}

static int add_downward(korch__content *to, const korch__volume_context *context,
                        const korch_downward_api_volume_file *file, uint32_t mode, char **problem)
{
	_cleanup_free_ char *value = NULL;
	int code = 0;
	if (file->field_ref)
		code = korch__pod_field(&value, &context->env, file->field_ref->field_path, problem);
	else if (file->resource_field_ref)
		code =
		    korch__resource_field(&value, &context->env, file->resource_field_ref, NULL, problem);
	if (code < 0)
		return code;
	if (KORCH_IS_SET(file, korch_downward_api_volume_file, mode))
		mode = (uint32_t)file->mode;
	const char *text = korch__text_or_empty(value);
	return korch__content_add(to, korch__text_or_empty(file->path), text, strlen(text), mode);
}

static int add_downward_all(korch__content *to, const korch__volume_context *context,
                            const korch_downward_api_volume_file *files, size_t n, uint32_t mode,
                            char **problem)
{
	int code = 0;
	for (size_t i = 0; i < n && code == 0; i++)
		code = add_downward(to, context, &files[i], mode, problem);
	return code;
}

char *korch__token_text(const korch__volume_context *context)
{
	const korch_pod *pod = context->env.pod;
	const char *account = pod->spec->service_account_name;
	const char *uid = korch_object_uid(&pod->object);
	uint64_t first = korch__hash_bytes(uid, strlen(uid), context->seed);
	uint64_t second = korch__hash_bytes(uid, strlen(uid), first ^ ~context->seed);
	return korch__sprintf("korch.%s.%016llx%016llx", account ? account : "default",
	                      (unsigned long long)first, (unsigned long long)second);
}

/* Without an API server a token proves nothing; it is there so that programs which read one find
 * one. */
static int add_token(korch__content *to, const korch__volume_context *context, const char *path,
                     uint32_t mode)
{
	_cleanup_free_ char *text = korch__token_text(context);
	if (!text)
		return KORCH_E_NOMEM;
	return korch__content_add(to, path, text, strlen(text), mode);
}

static int add_projection(korch__content *to, const korch__volume_context *context,
                          const korch_volume_projection *from, uint32_t mode, char **problem)
{
	if (from->config_map) {
		source it = {to,
		             0,
		             from->config_map->name,
		             from->config_map->items,
		             from->config_map->n_items,
		             from->config_map->optional,
		             mode,
		             0};
		return add_source(context, &it, problem);
	}
	if (from->secret) {
		source it = {to,
		             1,
		             from->secret->name,
		             from->secret->items,
		             from->secret->n_items,
		             from->secret->optional,
		             mode,
		             0};
		return add_source(context, &it, problem);
	}
	if (from->downward_api)
		return add_downward_all(to, context, from->downward_api->items, from->downward_api->n_items,
		                        mode, problem);
	if (from->service_account_token)
		return add_token(to, context, korch__text_or_empty(from->service_account_token->path),
		                 mode);
	if (from->cluster_trust_bundle && from->cluster_trust_bundle->optional)
		return 0;
	*problem = korch__sprintf("%s is not available on this node",
	                          from->pod_certificate ? "a pod certificate" : "a trust bundle");
	return *problem ? KORCH_E_UNSUPPORTED : KORCH_E_NOMEM;
}

static uint32_t mode_of(int is_set, int32_t mode)
{
	return is_set ? (uint32_t)mode : MODE_DEFAULT;
}

int korch__content_make(korch__content *out, const korch__volume_context *context,
                        const korch_volume *volume, char **problem)
{
	int code = 0;
	if (volume->config_map) {
		const korch_config_map_volume_source *from = volume->config_map;
		source it = {out, 0, from->name, from->items, from->n_items, from->optional, 0, 0};
		it.mode = mode_of(KORCH_IS_SET(from, korch_config_map_volume_source, default_mode),
		                  from->default_mode);
		code = add_source(context, &it, problem);
	} else if (volume->secret) {
		const korch_secret_volume_source *from = volume->secret;
		source it = {out, 1, from->secret_name, from->items, from->n_items, from->optional, 0, 0};
		it.mode = mode_of(KORCH_IS_SET(from, korch_secret_volume_source, default_mode),
		                  from->default_mode);
		code = add_source(context, &it, problem);
	} else if (volume->downward_api) {
		const korch_downward_api_volume_source *from = volume->downward_api;
		code = add_downward_all(
		    out, context, from->items, from->n_items,
		    mode_of(KORCH_IS_SET(from, korch_downward_api_volume_source, default_mode),
		            from->default_mode),
		    problem);
	} else if (volume->projected) {
		const korch_projected_volume_source *from = volume->projected;
		uint32_t mode = mode_of(KORCH_IS_SET(from, korch_projected_volume_source, default_mode),
		                        from->default_mode);
		for (size_t i = 0; i < from->n_sources && code == 0; i++)
			code = add_projection(out, context, &from->sources[i], mode, problem);
	}
	return code;
}
