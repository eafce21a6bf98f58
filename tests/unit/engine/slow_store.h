/* A store over another one whose watches and completions can be held back, and refuse. */
#ifndef KORCH_TESTS_ENGINE_SLOW_STORE_H
#define KORCH_TESTS_ENGINE_SLOW_STORE_H

#include <korch/store.h>

typedef struct slow_store {
	korch_store *inner;
	struct slow_watch *watches;
	int is_held;       /* watches give nothing */
	int refuse_lists;  /* so many lists fail with KORCH_E_IO at once */
	int commits;       /* transactions so far */
	int is_shared;     /* the inner store is somebody else's */
	size_t writes_max; /* 0: the inner store's */
	size_t most;       /* writes of the largest transaction so far */
	/* Called before each transaction goes to the inner store; may be NULL. */
	void (*before)(void *userdata);
	void *userdata;
} slow_store;

/* Takes over `inner`; freed with the store. *slow is borrowed. */
void slow_store_new(korch_store **out, slow_store **slow, korch_store *inner);
/* Over a store that others have, too. */
void slow_store_share(korch_store **out, slow_store **slow, korch_store *inner);
void slow_store_hold(slow_store *slow);
/* Lets watches go on, and tells them. */
void slow_store_release(slow_store *slow);

#endif
