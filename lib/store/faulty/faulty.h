/* What the files of the faulty store share: calls on their way, watches, and what goes wrong. */
#ifndef KORCH_STORE_FAULTY_H
#define KORCH_STORE_FAULTY_H

#include "base/random.h"
#include "store/completion.h"
#include <korch/faulty.h>

typedef struct faulty_store faulty_store;

/* When a delay that begins now ends. */
static inline korch_usec faulty_later(const korch_loop *loop, korch_usec delay_us)
{
	return korch_loop_now(loop) + (delay_us == KORCH_FAULTY_TURN ? 0 : delay_us);
}

/* What is to become of a call. */
typedef struct faulty_fate {
	int fault; /* a korch_faulty_fault */
	korch_usec late_us;
	korch_usec answer_late_us;
} faulty_fate;

typedef enum faulty_call_type {
	FAULTY_COMMIT,
	FAULTY_GET,
	FAULTY_LIST,
	FAULTY_COMPACT,
	FAULTY_GRANT,
	FAULTY_RENEW,
	FAULTY_REVOKE,
} faulty_call_type;

/* The arguments of a call: borrowed, or copies. */
typedef struct faulty_arguments {
	int type; /* a faulty_call_type */
	int is_copied;
	korch_write *writes; /* COMMIT; references of PUT objects are owned in any case */
	size_t n;
	korch_key key;          /* GET */
	korch_list_query query; /* LIST */
	uint64_t number;        /* COMPACT: revision; RENEW, REVOKE: lease */
	korch_usec ttl_us;      /* GRANT */
	char *text;             /* strings of the copies */
} faulty_arguments;

/* Copies what is borrowed. 0 or KORCH_E_NOMEM. */
int faulty_arguments_copy(faulty_arguments *arguments);
/* Releases PUT objects and copies. */
void faulty_arguments_drop(faulty_arguments *arguments);

typedef enum faulty_phase {
	FAULTY_GIVEN_UP, /* the caller is to be told so; then it waits */
	FAULTY_WAITS,    /* for the time at which it reaches the store */
	FAULTY_AT_STORE, /* the store will answer */
	FAULTY_ANSWERED, /* waits for the time at which its answer comes back */
} faulty_phase;

typedef struct faulty_call {
	struct faulty_call *next;
	struct faulty_call **slot; /* what points here */
	faulty_store *store;       /* NULL: it is gone, and the caller has been told */
	korch_timer *timer;
	int phase;
	faulty_fate fate;
	faulty_arguments arguments;
	korch_completion answer; /* fn and userdata from the beginning */
} faulty_call;

typedef struct faulty_watch {
	struct faulty_watch *next;
	struct faulty_watch **slot;
	faulty_store *store;
	korch_watch *inner;
	korch_timer *timer; /* the end of a hold; or: to be told */
	korch_loop_fn ready;
	void *userdata;
	korch_change next_change; /* read ahead; with references */
	korch_change given;       /* what the reader has borrowed; with references */
	uint64_t revision;        /* while it is held or something is read ahead: given up to here */
	int has_next;
	int is_held;
	int waits;   /* the reader wants to be told */
	int is_told; /* and has been, so that there must be something */
	int code;    /* it has ended */
} faulty_watch;

struct faulty_store {
	korch_loop *loop;
	korch_store *inner;
	korch_random random;
	korch_faulty_faults faults;
	korch_faulty_rule rules[KORCH_FAULTY_RULES_MAX];
	size_t n_rules;
	faulty_call *calls; /* under way */
	faulty_watch *watches;
	korch_timer *mending; /* the connection is back */
	int is_lent;
	int is_cut;
	int cut_watches; /* a korch_faulty_watches */
	int is_closed;
	korch_faulty_stats stats;
};

/* chance.c */

/* What is to become of a call of a sort (KORCH_FAULTY_*). May break the connection. */
faulty_fate faulty_choose(faulty_store *store, int calls);
/* 1 in a number of cases, in thousandths. */
int faulty_happens(faulty_store *store, int32_t permille);
/* A random time that is not 0. */
korch_usec faulty_delay(faulty_store *store);

/* call.c */

/* Makes a call, whose arguments pass; fn and userdata stand in *completion. */
int faulty_call_start(faulty_store *store, faulty_arguments *arguments,
                      const korch_completion *completion);
/* The connection breaks, or the store is closed: calls end with a code, each by the loop. */
void faulty_calls_fail(faulty_store *store, int code);
/* The same now; what the inner store still answers is not looked at any more. */
void faulty_calls_end(faulty_store *store);

/* watch.c */

int faulty_watch_open(void **out, void *self, const korch_watch_query *query, korch_loop_fn ready,
                      void *userdata);
int faulty_watch_next(void *self, korch_change *out);
uint64_t faulty_watch_revision(const void *self);
void faulty_watch_free(void *self);
/* It ends with a code; the reader is told by the loop. */
void faulty_watch_end(faulty_watch *watch, int code);
/* The connection is broken. */
void faulty_watch_cut(faulty_watch *watch);
/* Tells nothing until a time; KORCH_USEC_NEVER: until somebody says another one. */
void faulty_watch_hold(faulty_watch *watch, korch_usec until_us);

/* faulty.c */

void faulty_cut(faulty_store *store, korch_usec span_us, int watches);

#endif
