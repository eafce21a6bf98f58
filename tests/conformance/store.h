/*
 * The conformance suite of stores: what store.h and sys/store.h promise, as a Check suite that
 * every backend must pass, the library's own and yours. Installed as <korch/conformance/store.h>;
 * link with korch-conformance.
 */
#ifndef KORCH_CONFORMANCE_STORE_H
#define KORCH_CONFORMANCE_STORE_H

#include <check.h>
#include <korch/sys/store.h>

KORCH_BEGIN_DECLS

/** @file conformance/store.h The conformance suite of stores. */

/** How the suite gets the stores that it tries. */
typedef struct korch_conformance_store_factory {
	size_t size;      /**< sizeof(korch_conformance_store_factory), so that it can grow */
	const char *name; /**< of the suite, e.g. "sqlite" */
	/** Makes an empty store on a loop. Required. @return 0 or a korch_code. */
	int (*open)(korch_store **out, korch_loop *loop, void *userdata);
	/**
	 * Opens again what the store made by open held when it was freed; NULL for stores that do not
	 * outlive the process.
	 */
	int (*reopen)(korch_store **out, korch_loop *loop, void *userdata);
	/**
	 * Removes what the stores of a test have left behind; called after each test, in its process.
	 * May be NULL.
	 */
	void (*clean)(void *userdata);
	/**
	 * Lets the loop go on for a while; NULL: korch_loop_step(), waiting for at most 10 ms on a real
	 * loop.
	 */
	void (*step)(korch_loop *loop, void *userdata);
	void *userdata;    /**< given to the functions */
	int32_t real_time; /**< 1: the store needs a real loop (descriptors, a server); 0: virtual time
	                    */
	int32_t timeout_s; /**< seconds that a single test may take; 0: 60 */
	uint64_t seed;     /**< of the random operations; 0: 1 */
	/**
	 * 1: each test has the store behind korch_store_faulty_new(), which lets calls and changes come
	 * late and overtake each other
	 */
	int32_t late;
	int32_t reserved; /**< 0 */
} korch_conformance_store_factory;

/**
 * The suite for a store. Several suites may be in one program, at most 16.
 * @param factory copied; its strings and functions must stay. @return NULL when it is incomplete.
 * @since 0.1
 */
Suite *korch_conformance_store_suite(const korch_conformance_store_factory *factory);

KORCH_END_DECLS

#endif
