/*
 * The process runtime: containers as local processes, without root. How to make one; what runtimes
 * are stands in runtime.h.
 */
#ifndef KORCH_PROCESS_H
#define KORCH_PROCESS_H

#include <korch/runtime.h>

KORCH_BEGIN_DECLS

/** @file process.h Containers as processes of this machine. */

/**
 * Maps an image to something on this machine.
 * A container with `command` runs that on this machine's file system (in the root folder, when its
 * image is mapped to one); one without runs the program that its image is mapped to. With neither
 * it does not start, and the pod says so.
 */
typedef struct korch_process_image {
	const char *name; /**< image reference, with or without registry and tag: "nginx" matches
	                     "docker.io/library/nginx:1.14.2" */
	const char *path; /**< a program, or a folder that becomes the container's root (needs root
	                     privileges) */
} korch_process_image;

/** Options; strings and arrays are copied. */
typedef struct korch_process_options {
	size_t size;              /**< sizeof(korch_process_options) */
	const char *state_folder; /**< absolute: where the runtime keeps track of what runs, one program
	                             at a time; NULL: a new temporary folder, so that nothing can be
	                             adopted later */
	const korch_process_image *images; /**< images that are mapped */
	size_t n_images;                   /**< their number, at most 1,024 */
	const char *shim;   /**< path of korch-shim; NULL: $KORCH_SHIM, or where it was installed */
	int32_t no_cgroups; /**< 1: no cgroups even where they may be used */
	int32_t reserved;   /**< 0 */
} korch_process_options;

/**
 * A runtime that starts processes: each pod has a shim (korch-shim) as parent of its containers, so
 * they and their exit codes outlive this program; the next runtime with the same state folder finds
 * them by list. No SIGCHLD handler is installed, nothing is forked from this process, its other
 * children are left alone. Needs a real loop.
 *
 * Each container has a session and process group of its own; TERM goes to the group, what is left
 * of it when the main process has ended is killed. Mounts are made in a mount namespace (with a
 * user namespace when not root). Limits of memory and processor time are enforced where cgroups may
 * be used, and recorded otherwise.
 * @param options NULL: the defaults. @return 0, KORCH_E_INVALID, KORCH_E_UNSUPPORTED (virtual
 * loop), KORCH_E_IO (folder), KORCH_E_FORBIDDEN (others may write to the folder), KORCH_E_NOT_FOUND
 * (shim), KORCH_E_BUSY (folder in use), KORCH_E_LIMIT (images, descriptors), KORCH_E_NOMEM. @since
 * 0.1
 */
KORCH_API int korch_runtime_process_new(korch_runtime **out, korch_loop *loop,
                                        const korch_process_options *options, korch_error **err);

KORCH_END_DECLS

#endif
