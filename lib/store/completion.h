/*
 * Completions that wait for the loop: each is delivered once, in order, never from inside the call
 * that made it. For stores that answer on their loop's thread.
 */
#ifndef KORCH_STORE_COMPLETION_H
#define KORCH_STORE_COMPLETION_H

#include <korch/store.h>

/* A page with what it refers to. */
typedef struct korch_page {
	korch_list_page page;
	const korch_object **objects; /* owned references */
	char *continue_token;
} korch_page;

void korch__page_free(korch_page *page); /* NULL is fine */
/* A page of one's own, with references to the same objects; NULL: no memory. */
korch_page *korch__page_copy(const korch_list_page *page);

typedef enum korch_completion_type {
	KORCH_COMPLETION_COMMIT,
	KORCH_COMPLETION_GET,
	KORCH_COMPLETION_LIST,
	KORCH_COMPLETION_LEASE,
} korch_completion_type;

typedef struct korch_completion {
	int16_t type;
	int16_t reserved;
	int32_t code;
	void *userdata;
	union {
		korch_commit_fn commit;
		korch_get_fn get;
		korch_list_fn list;
		korch_lease_fn lease;
	} fn;
	union {
		korch_commit_result result;
		const korch_object *object; /* owned reference, or NULL */
		korch_page *page;           /* owned, or NULL */
		korch_lease_state lease;
	} answer;
} korch_completion;

/* A ring of those that wait. */
typedef struct korch_completions {
	korch_completion *items;
	size_t cap; /* a power of two */
	size_t first;
	size_t n;
} korch_completions;

/* Room for one more, so that the next push cannot fail; 0 or KORCH_E_NOMEM. */
int korch__completions_reserve(korch_completions *waiting);
void korch__completions_push(korch_completions *waiting, const korch_completion *completion);
/*
 * Takes the first one out; the caller hands it to korch__completion_deliver(). 0 when there is
 * none.
 */
int korch__completions_pop(korch_completion *out, korch_completions *waiting);
/* Calls the function and releases the answer. code < 0 takes the place of the outcome. */
void korch__completion_deliver(korch_completion *completion, int code);
void korch__completions_fini(korch_completions *waiting); /* must be empty */

#endif
