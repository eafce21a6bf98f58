/* Volumes of a pod: made, brought up to date, removed. What is in them: volume_content.c; where
 * containers see them: mount.c. */
#include "agent/volume.h"
#include "base/cleanup.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

char *korch__pod_folder(const char *state_folder, const korch_pod *pod)
{
	const char *uid = korch_object_uid(&pod->object);
	if (strchr(uid, '/') || !korch__path_is_safe(uid))
		return NULL;
	return korch__sprintf("%s/pods/%s", state_folder, uid);
}

static int say(char **problem, char *text, int code)
{
	*problem = text;
	return text ? code : KORCH_E_NOMEM;
}

static int is_content(const korch_volume *volume)
{
	return volume->config_map || volume->secret || volume->downward_api || volume->projected;
}

static int make_content(const korch__volume_context *context, const korch_volume *volume,
                        const char *path, char **problem)
{
	_cleanup_(korch__content_fini) korch__content content = {0};
	int changed;
	int code = korch__content_make(&content, context, volume, problem);
	if (code == 0)
		code = korch__folder_make(path, 0755);
	if (code == 0)
		code = korch__files_publish(path, content.items, content.n, context->now, &changed);
	return code;
}

/* An emptyDir of medium Memory lies in /dev/shm where that is; its place is a link to there. */
static int make_memory(const korch__volume_context *context, const korch_volume *volume,
                       const char *path, uint32_t mode)
{
	_cleanup_free_ char *shared = korch__sprintf(
	    "/dev/shm/korch-%s-%s", korch_object_uid(&context->env.pod->object), volume->name);
	if (!shared)
		return KORCH_E_NOMEM;
	if (access("/dev/shm", W_OK) < 0 || korch__folder_make(shared, mode) < 0)
		return korch__folder_make(path, mode);
	return symlink(shared, path) < 0 && errno != EEXIST ? KORCH_E_IO : 0;
}

static int make_empty(const korch__volume_context *context, const korch_volume *volume,
                      const char *path)
{
	const korch_empty_dir_volume_source *from = volume->empty_dir;
	struct stat status;
	uint32_t mode = from && KORCH_IS_SET(from, korch_empty_dir_volume_source, mode)
	                    ? (uint32_t)from->mode & 07777
	                    : 0777;
	if (lstat(path, &status) == 0)
		return 0;
	if (from && korch__text_equal(from->medium, "Memory"))
		return make_memory(context, volume, path, mode);
	return korch__folder_make(path, mode);
}

static int make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return KORCH_E_IO;
	close(fd);
	return 0;
}

static int type_holds(const char *type, uint32_t mode)
{
	const struct {
		const char *type;
		uint32_t format;
	} rows[] = {
	    {"Directory", S_IFDIR},    {"DirectoryOrCreate", S_IFDIR}, {"File", S_IFREG},
	    {"FileOrCreate", S_IFREG}, {"Socket", S_IFSOCK},           {"CharDevice", S_IFCHR},
	    {"BlockDevice", S_IFBLK},
	};
	for (size_t i = 0; i < KORCH_COUNT(rows); i++)
		if (strcmp(rows[i].type, type) == 0)
			return (mode & S_IFMT) == rows[i].format;
	return 1;
}

static int check_host_path(const korch_host_path_volume_source *from, char **problem)
{
	const char *path = korch__text_or_empty(from->path);
	const char *type = korch__text_or_empty(from->type);
	struct stat status;
	if (*path != '/')
		return say(problem, korch__sprintf("hostPath %s is not absolute", path), KORCH_E_INVALID);
	int missing = stat(path, &status) < 0;
	int code = 0;
	if (missing && (strcmp(type, "DirectoryOrCreate") == 0 || *type == '\0'))
		code = korch__folder_make(path, 0755);
	else if (missing && strcmp(type, "FileOrCreate") == 0)
		code = make_file(path);
	if (code < 0)
		return say(problem, korch__sprintf("hostPath %s cannot be made", path), code);
	if (stat(path, &status) < 0 || !type_holds(type, status.st_mode))
		return say(problem,
		           korch__sprintf("hostPath type check failed: %s is not a %s", path, type),
		           KORCH_E_NOT_FOUND);
	return 0;
}

static char *claim_folder(const korch__volume_context *context,
                          const korch_persistent_volume_claim_volume_source *claim)
{
	const char *name = korch__text_or_empty(claim->claim_name);
	if (strchr(name, '/') || !korch__path_is_safe(name))
		return NULL;
	return korch__sprintf("%s/claims/%s_%s", context->state_folder,
	                      korch_object_namespace(&context->env.pod->object), name);
}

/* The field of a volume that says what it is, by its JSON name. */
static const char *source_name(const korch_volume *volume)
{
	for (size_t i = 0; i < korch_volume_type.n_fields; i++) {
		const korch_field *field = &korch_volume_type.fields[i];
		if (field->kind == KORCH_FIELD_STRUCT &&
		    *(const void *const *)((const char *)volume + field->offset))
			return field->name;
	}
	return NULL;
}

static int make_one(const korch__volume_context *context, const korch_volume *volume,
                    const char *path, char **problem)
{
	if (is_content(volume))
		return make_content(context, volume, path, problem);
	if (volume->host_path)
		return check_host_path(volume->host_path, problem);
	if (volume->persistent_volume_claim) {
		_cleanup_free_ char *claim = claim_folder(context, volume->persistent_volume_claim);
		return claim ? korch__folder_make(claim, 0777) : KORCH_E_INVALID;
	}
	const char *source = source_name(volume);
	if (volume->empty_dir || !source)
		return make_empty(context, volume, path);
	return say(problem, korch__sprintf("volumes of type %s are not available on this node", source),
	           KORCH_E_UNSUPPORTED);
}

/* The namespace and a token, where every program of Kubernetes looks for them. */
static int make_account(const korch__volume_context *context, const char *folder)
{
	const char *namespace_ = korch_object_namespace(&context->env.pod->object);
	_cleanup_free_ char *path = korch__sprintf("%s/serviceaccount", folder);
	_cleanup_free_ char *token = korch__token_text(context);
	const korch__file files[] = {
	    {"namespace", namespace_, strlen(namespace_), 0644},
	    {"token", korch__text_or_empty(token), token ? strlen(token) : 0, 0644},
	};
	int changed;
	int code = path && token ? korch__folder_make(path, 0755) : KORCH_E_NOMEM;
	return code == 0 ? korch__files_publish(path, files, 2, context->now, &changed) : code;
}

int korch__volumes_make(const korch__volume_context *context, char **problem)
{
	const korch_pod *pod = context->env.pod;
	_cleanup_free_ char *folder = korch__pod_folder(context->state_folder, pod);
	_cleanup_free_ char *volumes = folder ? korch__sprintf("%s/volumes", folder) : NULL;
	if (!volumes)
		return KORCH_E_NOMEM;
	int code = korch__folder_make(volumes, 0755);
	for (size_t i = 0; i < pod->spec->n_volumes && code == 0; i++) {
		const korch_volume *volume = &pod->spec->volumes[i];
		const char *name = korch__text_or_empty(volume->name);
		_cleanup_free_ char *path = korch__sprintf("%s/%s", volumes, name);
		_cleanup_free_ char *why = NULL;
		int safe = korch__path_is_safe(name) && !strchr(name, '/');
		code = !path  ? KORCH_E_NOMEM
		       : safe ? make_one(context, volume, path, &why)
		              : KORCH_E_INVALID;
		if (code < 0)
			*problem = korch__sprintf("MountVolume.SetUp failed for volume \"%s\" : %s", name,
			                          why ? why : korch_code_text(code));
	}
	return code == 0 ? make_account(context, folder) : code;
}

static void remove_memory(const korch_pod *pod)
{
	for (size_t i = 0; i < pod->spec->n_volumes; i++) {
		const korch_volume *volume = &pod->spec->volumes[i];
		if (!volume->empty_dir || !korch__text_equal(volume->empty_dir->medium, "Memory"))
			continue;
		_cleanup_free_ char *shared =
		    korch__sprintf("/dev/shm/korch-%s-%s", korch_object_uid(&pod->object), volume->name);
		if (shared)
			korch__tree_remove(shared);
	}
}

int korch__volumes_remove(const char *state_folder, const korch_pod *pod)
{
	_cleanup_free_ char *folder = korch__pod_folder(state_folder, pod);
	if (!folder)
		return KORCH_E_NOMEM;
	remove_memory(pod);
	return korch__tree_remove(folder);
}

int korch__volumes_remove_made(const char *state_folder, const korch_pod *pod)
{
	_cleanup_free_ char *folder = korch__pod_folder(state_folder, pod);
	if (!folder)
		return KORCH_E_NOMEM;
	int result = 0;
	for (size_t i = 0; i < pod->spec->n_volumes; i++) {
		const korch_volume *volume = &pod->spec->volumes[i];
		const char *name = korch__text_or_empty(volume->name);
		int in_memory = volume->empty_dir && korch__text_equal(volume->empty_dir->medium, "Memory");
		if (!korch__path_is_safe(name) || strchr(name, '/') || !(is_content(volume) || in_memory))
			continue;
		_cleanup_free_ char *path = korch__sprintf("%s/volumes/%s", folder, name);
		int code = path ? korch__tree_remove(path) : KORCH_E_NOMEM;
		result = result < 0 ? result : code;
	}
	remove_memory(pod);
	return result;
}
