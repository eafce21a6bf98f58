/*
 * The conformance suite of runtimes: what runtime.h and sys/runtime.h promise, as a Check suite
 * that every backend must pass, the library's own and yours. Installed as
 * <korch/conformance/runtime.h>; link with korch-conformance.
 */
#ifndef KORCH_CONFORMANCE_RUNTIME_H
#define KORCH_CONFORMANCE_RUNTIME_H

#include <check.h>
#include <korch/sys/runtime.h>

KORCH_BEGIN_DECLS

/** @file conformance/runtime.h The conformance suite of runtimes. */

/** What a container of the suite is to do. */
typedef enum korch_conformance_job {
	/**
	 * run until TERM ends it; a command inside (whichever) prints "out\n" and ends with status 3
	 */
	KORCH_CONFORMANCE_FOREVER,
	KORCH_CONFORMANCE_EXIT,     /**< end by itself, soon, with status 7 */
	KORCH_CONFORMANCE_STUBBORN, /**< run until KILL; takes no notice of TERM */
	KORCH_CONFORMANCE_BROKEN,   /**< cannot be started */
} korch_conformance_job;

/** How the suite gets the runtimes that it tries. */
typedef struct korch_conformance_runtime_factory {
	size_t size;      /**< sizeof(korch_conformance_runtime_factory), so that it can grow */
	const char *name; /**< of the suite, e.g. "docker" */
	/**
	 * Makes a runtime which has the node; at a test's first call nothing runs on it. Required.
	 * @return 0 or a korch_code.
	 */
	int (*open)(korch_runtime **out, korch_loop *loop, void *userdata);
	/**
	 * What a restart of the host program does: frees *runtime and makes a new one that finds what
	 * the old one ran. Required with KORCH_RUNTIME_ADOPT.
	 */
	int (*restart)(korch_runtime **runtime, korch_loop *loop, void *userdata);
	/**
	 * Sets image, command and args of a container so that it does the job; what they point to must
	 * stay. Required.
	 */
	void (*describe)(korch_container_config *config, korch_conformance_job job, void *userdata);
	/**
	 * Removes what the runtimes of a test have left behind; called after each test, in its process.
	 * May be NULL.
	 */
	void (*clean)(void *userdata);
	/**
	 * What a command inside of a FOREVER container is to be called with; NULL-terminated; NULL:
	 * {"sh", "-c", "echo out; exit 3"}.
	 */
	const char *const *command;
	const char *node;  /**< name of the node, NULL: "node-1" */
	void *userdata;    /**< given to the functions */
	int32_t real_time; /**< 1: the runtime needs a real loop; 0: virtual time */
	int32_t timeout_s; /**< seconds that a single test may take; 0: 60 */
} korch_conformance_runtime_factory;

/**
 * The suite for a runtime. Several suites may be in one program, at most 16.
 * @param factory copied; its strings and functions must stay. @return NULL when it is incomplete.
 * @since 0.1
 */
Suite *korch_conformance_runtime_suite(const korch_conformance_runtime_factory *factory);

KORCH_END_DECLS

#endif
