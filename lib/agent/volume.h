/*
 * Volumes of pods as folders of this machine. Everything lies below the agent's state folder:
 * pods/UID/… goes with the pod, claims/NAMESPACE_NAME stays. What they hold of ConfigMaps, Secrets
 * and the pod follows the changes of these.
 */
#ifndef KORCH_AGENT_VOLUME_H
#define KORCH_AGENT_VOLUME_H

#include "agent/env.h"
#include "agent/tree_files.h"
#include <korch/runtime.h>

/* What volumes are made from. Borrowed. */
typedef struct korch__volume_context {
	korch__env_context env;
	const char *state_folder;
	korch_usec now;
	uint64_t seed; /* of tokens */
} korch__volume_context;

/*
 * Makes the volumes of a pod, or brings them up to date. 0, or a code with *problem (the caller's):
 * which volume, and why it is not there. Everything is tried again by the next call.
 */
int korch__volumes_make(const korch__volume_context *context, char **problem);
/* Removes all that the pod has on disk. */
int korch__volumes_remove(const char *state_folder, const korch_pod *pod);
/* Removes what is made again from objects (ConfigMaps, Secrets, the pod), and what is in memory. */
int korch__volumes_remove_made(const char *state_folder, const korch_pod *pod);
/* Path of the pod's folder; the caller frees. */
char *korch__pod_folder(const char *state_folder, const korch_pod *pod);

/* Mounts of a container. */
typedef struct korch__mounts {
	korch_mount *items; /* paths are owned */
	size_t n;
	size_t cap;
} korch__mounts;
/* env: the container's, for subPathExpr. 0, or a code with *problem. */
int korch__mounts_make(korch__mounts *out, const korch__volume_context *context,
                       const korch_container *container, const korch__env *env, char **problem);
void korch__mounts_fini(korch__mounts *mounts);

/* Text that stands for a token: another for each pod, the same each time; no secret. NULL without
 * memory. */
char *korch__token_text(const korch__volume_context *context);

/* volume_content.c: files from ConfigMaps, Secrets and the pod. */
typedef struct korch__content {
	korch__file *items; /* path and data are owned */
	size_t n;
	size_t cap;
	size_t bytes;
} korch__content;
void korch__content_fini(korch__content *content);
int korch__content_add(korch__content *content, const char *path, const char *data, size_t length,
                       uint32_t mode);
int korch__content_make(korch__content *out, const korch__volume_context *context,
                        const korch_volume *volume, char **problem);

/* hosts.c: the pod's own /etc/hosts. */
char *korch__hosts_path(const char *state_folder, const korch_pod *pod);
/* The lines of all Services; the caller frees. */
char *korch__hosts_services(const korch_view *view);
/* Writes the file in place. */
int korch__hosts_write(const korch__volume_context *context, const char *services);

#endif
