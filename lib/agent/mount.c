/* Where the containers of a pod see its volumes. */
#include "agent/volume.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "base/vec.h"
#include <stdlib.h>
#include <string.h>

#define ACCOUNT_PATH "/var/run/secrets/kubernetes.io/serviceaccount"

void korch__mounts_fini(korch__mounts *mounts)
{
	for (size_t i = 0; i < mounts->n; i++) {
		korch__free((char *)(uintptr_t)mounts->items[i].host_path);
		korch__free((char *)(uintptr_t)mounts->items[i].container_path);
	}
	korch__vec_fini(mounts);
}

/* Takes over the path on the host, in any case. */
static int add(korch__mounts *out, char *host_path, const char *container_path, int read_only)
{
	korch_mount mount = {.host_path = host_path,
	                     .container_path = korch__strdup(container_path),
	                     .read_only = read_only};
	if (host_path && mount.container_path && korch__vec_push(out, mount) == 0)
		return 0;
	korch__free(host_path);
	korch__free((char *)(uintptr_t)mount.container_path);
	return KORCH_E_NOMEM;
}

static const korch_volume *find_volume(const korch_pod *pod, const char *name)
{
	for (size_t i = 0; i < pod->spec->n_volumes; i++)
		if (korch__text_equal(pod->spec->volumes[i].name, name))
			return &pod->spec->volumes[i];
	return NULL;
}

static char *volume_path(const korch__volume_context *context, const korch_volume *volume)
{
	const korch_pod *pod = context->env.pod;
	if (volume->host_path)
		return korch__strdup(korch__text_or_empty(volume->host_path->path));
	if (volume->persistent_volume_claim)
		return korch__sprintf("%s/claims/%s_%s", context->state_folder,
		                      korch_object_namespace(&pod->object),
		                      korch__text_or_empty(volume->persistent_volume_claim->claim_name));
	_cleanup_free_ char *folder = korch__pod_folder(context->state_folder, pod);
	return folder ? korch__sprintf("%s/volumes/%s", folder, volume->name) : NULL;
}

static int say(char **problem, char *text, int code)
{
	*problem = text;
	return text ? code : KORCH_E_NOMEM;
}

static int add_sub_path(char **path, const korch_volume_mount *mount, const char *sub,
                        char **problem)
{
	char *real = NULL;
	int code = korch__path_below(&real, *path, sub);
	if (code < 0)
		return say(problem,
		           korch__sprintf("failed to prepare subPath for volumeMount \"%s\" of container",
		                          korch__text_or_empty(mount->name)),
		           code);
	korch__free(*path);
	*path = real;
	return 0;
}

static int add_mount(korch__mounts *out, const korch__volume_context *context,
                     const korch_volume_mount *mount, const korch__env *env, char **problem)
{
	const korch_volume *volume = find_volume(context->env.pod, mount->name);
	const char *at = korch__text_or_empty(mount->mount_path);
	_cleanup_free_ char *expanded = NULL;
	if (!volume || *at != '/')
		return say(problem,
		           korch__sprintf("volume \"%s\" cannot be mounted at \"%s\"",
		                          korch__text_or_empty(mount->name), at),
		           KORCH_E_INVALID);
	if (mount->sub_path_expr && !(expanded = korch__expand(mount->sub_path_expr, env)))
		return KORCH_E_NOMEM;
	const char *sub = expanded ? expanded : korch__text_or_empty(mount->sub_path);
	char *path = volume_path(context, volume);
	int code = path ? 0 : KORCH_E_NOMEM;
	if (code == 0 && *sub)
		code = add_sub_path(&path, mount, sub, problem);
	int fixed = volume->config_map || volume->secret || volume->downward_api || volume->projected ||
	            (volume->persistent_volume_claim && volume->persistent_volume_claim->read_only);
	if (code == 0)
		return add(out, path, at, mount->read_only || fixed);
	korch__free(path);
	return code;
}

static int wants_account(const korch_pod *pod, const korch_container *container)
{
	const korch_pod_spec *spec = pod->spec;
	if (KORCH_IS_SET(spec, korch_pod_spec, automount_service_account_token) &&
	    !spec->automount_service_account_token)
		return 0;
	for (size_t i = 0; i < container->n_volume_mounts; i++)
		if (korch__text_equal(container->volume_mounts[i].mount_path, ACCOUNT_PATH))
			return 0;
	return 1;
}

static int shorter_first(const void *a, const void *b)
{
	return strcmp(((const korch_mount *)a)->container_path,
	              ((const korch_mount *)b)->container_path);
}

int korch__mounts_make(korch__mounts *out, const korch__volume_context *context,
                       const korch_container *container, const korch__env *env, char **problem)
{
	int code = 0;
	for (size_t i = 0; i < container->n_volume_mounts && code == 0; i++)
		code = add_mount(out, context, &container->volume_mounts[i], env, problem);
	if (code == 0 && wants_account(context->env.pod, container)) {
		_cleanup_free_ char *folder = korch__pod_folder(context->state_folder, context->env.pod);
		code = folder ? add(out, korch__sprintf("%s/serviceaccount", folder), ACCOUNT_PATH, 1)
		              : KORCH_E_NOMEM;
	}
	if (out->n > 1)
		qsort(out->items, out->n, sizeof(*out->items), shorter_first);
	return code;
}
