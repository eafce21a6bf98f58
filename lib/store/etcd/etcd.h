/*
 * What the files of the etcd store share: the store, its connections, calls that are under way, the
 * watches and the one stream that they all come over.
 */
#ifndef KORCH_STORE_ETCD_H
#define KORCH_STORE_ETCD_H

#include "base/random.h"
#include "http/grpc.h"
#include "store/etcd/rpc.pb-c.h"
#include "store/key.h"
#include <korch/seal.h>
#include <korch/sys/store.h>
#include <sys/queue.h>

enum { ETCD_TEXT_MAX = 512 };

/* options.c: what the store was opened with, checked and copied. */
typedef struct etcd_config {
	char **endpoints; /* "http://HOST:PORT" or "https://…" */
	size_t n_endpoints;
	char *prefix; /* ends with "/" */
	char *ca_file, *cert_file, *key_file;
	korch_sealer *sealer; /* borrowed, or NULL */
	korch_usec timeout_us;
	korch_usec compact_us; /* KORCH_USEC_NEVER: not by itself */
	size_t txn_ops;
	size_t request_max;
	size_t page;
	uint64_t seed;
} etcd_config;

/* One server. */
typedef struct etcd_endpoint {
	const char *url;
	korch__grpc_channel *channel; /* NULL: not tried yet */
	int failures;                 /* in a row */
	korch_usec not_before;        /* it is left alone until then */
} etcd_endpoint;

/* link.c: which server is talked to. */
typedef struct etcd_link {
	korch_loop *loop;
	const etcd_config *config;
	etcd_endpoint *endpoints;
	size_t current;
	korch_random random;
	char text[ETCD_TEXT_MAX]; /* the last thing that went wrong, one line */
} etcd_link;

typedef struct etcd_store etcd_store;
typedef struct etcd_job etcd_job;
typedef struct etcd_watch etcd_watch;
typedef struct etcd_reseal etcd_reseal;

TAILQ_HEAD(etcd_jobs, etcd_job);

/* What differs between calls. Each of the functions hands the outcome to the caller, frees the job
 * and touches nothing any more: the store may be gone then. */
typedef struct etcd_job_ops {
	const char *path;                         /* of the method */
	const ProtobufCMessageDescriptor *answer; /* what it answers with */
	int is_repeatable;                        /* it may be asked again: it changes nothing */
	void (*done)(etcd_job *job);              /* job->answer is there */
	void (*fail)(etcd_job *job, int code);
} etcd_job_ops;

/* job.c: a call that is under way, however often it is tried. */
struct etcd_job {
	TAILQ_ENTRY(etcd_job) link;
	etcd_store *store;
	const etcd_job_ops *ops;
	korch_buf request; /* framed */
	korch__grpc_call *call;
	size_t endpoint; /* that was asked last */
	korch_usec deadline;
	korch_usec retry_at; /* of one that waits */
	int code;            /* negative: how it will end on the next turn */
	ProtobufCMessage *answer;
	struct etcd_jobs *list; /* where it is; NULL: not started */
};
TAILQ_HEAD(etcd_watches, etcd_watch);

/* stream.c: the stream of all watches. */
typedef struct etcd_stream {
	korch__grpc_call *call; /* NULL: there is none now */
	size_t endpoint;
	int64_t next_id;    /* of a watch on the stream */
	korch_timer *timer; /* when to try again, or to ask whether somebody is there */
	int is_asked;       /* and no answer has come yet */
	int is_heard;       /* something has come since the timer was set */
} etcd_stream;

/* compact.c: what is compacted by itself. */
typedef struct etcd_ageing {
	korch_timer *timer;
	uint64_t revision; /* the newest of one turn ago */
} etcd_ageing;

struct etcd_store {
	korch_loop *loop;
	etcd_config config;
	etcd_link net;
	struct etcd_jobs jobs;    /* with a server */
	struct etcd_jobs waiting; /* to be sent again */
	struct etcd_jobs due;     /* those that waited, while they are gone through */
	size_t n_jobs;
	korch_timer *turn; /* when jobs are tried again, and closing is told */
	etcd_stream stream;
	struct etcd_watches watches; /* in turns: those that were told of last are behind */
	etcd_ageing ageing;
	etcd_reseal *reseal; /* the one that is under way */
	uint64_t revision;   /* newest that an answer had */
	uint64_t compacted;  /* as far as this store has been told */
	int is_closed;
	int *is_gone; /* set to 1 when the store is freed from inside of one of its callbacks */
};

/* watch.c: one response of the stream with events that are still to be given. */
typedef struct etcd_batch {
	TAILQ_ENTRY(etcd_batch) link;
	Korch__Etcd__WatchResponse *response;
	size_t at; /* next event */
	size_t n_bytes;
} etcd_batch;
TAILQ_HEAD(etcd_batches, etcd_batch);

struct etcd_watch {
	TAILQ_ENTRY(etcd_watch) link;
	etcd_store *store;  /* NULL: gone */
	int64_t id;         /* on the stream; 0: not on it */
	korch_buf key, end; /* the range */
	uint64_t complete;  /* everything up to here has come; it goes on behind */
	struct etcd_batches queue;
	struct etcd_batches parts; /* of a response that has not come as a whole */
	size_t n_bytes;            /* of both */
	int code;                  /* why there will be no more; 0: there will */
	int is_waiting;            /* it has read to the end, and is to be told */
	korch_loop_fn ready;
	void *userdata;
	const korch_object *object, *previous; /* what the reader has borrowed */
};

/* options.c */
int korch__etcd_config_init(etcd_config *out, const korch_store_etcd_options *options,
                            korch_error **err);
void korch__etcd_config_fini(etcd_config *config);

/* layout.c: keys as etcd has them; check buf->failed. */
void korch__etcd_key_write(korch_buf *buf, const char *prefix, const korch_key *key);
/* What all keys of a kind, or of a namespace of it, begin with; as korch__key_write_prefix(). */
void korch__etcd_key_write_prefix(korch_buf *buf, const char *prefix, const korch_kind *kind,
                                  const char *namespace_);
/* What comes behind all keys that begin with a prefix. */
void korch__etcd_key_write_end(korch_buf *buf, const korch_buf *prefix);
/* Reads a key back. 0, KORCH_E_INVALID (not one of ours), KORCH_E_LIMIT (kinds), KORCH_E_NOMEM. */
int korch__etcd_key_read(korch_key_copy *out, const char *prefix, ProtobufCBinaryData key);
ProtobufCBinaryData korch__etcd_bytes(const korch_buf *buf); /* borrowed */

/* value.c: objects as etcd has them. */
/* Encodes and seals. *out is freed with free(). */
int korch__etcd_encode(char **out, size_t *length, const etcd_config *config,
                       const korch_object *object);
/* What is stored, with its revision. KORCH_E_IO, and a line in the log, when it cannot be read. */
int korch__etcd_decode(korch_object **out, const etcd_config *config,
                       const Korch__Etcd__KeyValue *kv);
/* An object that is nothing but its key. */
int korch__etcd_decode_key(korch_object **out, const etcd_config *config, ProtobufCBinaryData key);
/* The memory of messages. */
extern ProtobufCAllocator korch__etcd_allocator;

/* link.c */
int korch__etcd_link_init(etcd_link *net, korch_loop *loop, const etcd_config *config);
void korch__etcd_link_fini(etcd_link *net);
/* The connection to use, and when: now, or later when all have failed. */
int korch__etcd_link_choose(korch__grpc_channel **out, size_t *endpoint, korch_usec *at,
                            etcd_link *net);
/* What a server made of a call: it answered, or something else is to be tried. */
void korch__etcd_link_good(etcd_link *net, size_t endpoint);
void korch__etcd_link_bad(etcd_link *net, size_t endpoint, const char *why);
/* The code of a call's end; 0 when it went well. Logs what the server complains about. */
int korch__etcd_code(etcd_link *net, size_t endpoint, const korch__grpc_end *end);

/* job.c */
/* Appends a message with its head. */
void korch__etcd_pack(korch_buf *out, const ProtobufCMessage *message);
/* A job of `size` bytes, which begin with an etcd_job. */
int korch__etcd_job_new(void *out, size_t size, etcd_store *store, const etcd_job_ops *ops);
void korch__etcd_job_free(etcd_job *job);
/* Sends job->request; on failure the job is still the caller's, who frees it. */
int korch__etcd_job_start(etcd_job *job);
/* Ends a job from the loop. */
void korch__etcd_job_fail_later(etcd_job *job, int code);
/* Sends job->request again, with another content: the job goes on. Fails the job when it cannot. */
int korch__etcd_job_continue(etcd_job *job);
/* Takes notice of the revision in an answer. */
void korch__etcd_see(etcd_store *store, const Korch__Etcd__Header *header);
/* No answer comes any more; the turn is set, on which jobs are ended. */
void korch__etcd_jobs_close(etcd_store *store);
/* All jobs end as closed. */
void korch__etcd_jobs_end(etcd_store *store, const int *is_gone);
/* Sends those whose time has come; the others set the turn again. */
void korch__etcd_jobs_retry(etcd_store *store, const int *is_gone);

/* commit.c, compact.c, list.c, lease.c: slots of the table in sys/store.h. */
int korch__etcd_commit(void *self, const korch_write *writes, size_t n, korch_commit_fn fn,
                       void *userdata);
int korch__etcd_compact(void *self, uint64_t revision, korch_commit_fn fn, void *userdata);
int korch__etcd_get(void *self, const korch_key *key, korch_get_fn fn, void *userdata);
int korch__etcd_list(void *self, const korch_list_query *query, korch_list_fn fn, void *userdata);
int korch__etcd_lease_grant(void *self, korch_usec ttl_us, korch_lease_fn fn, void *userdata);
int korch__etcd_lease_renew(void *self, uint64_t lease, korch_lease_fn fn, void *userdata);
int korch__etcd_lease_revoke(void *self, uint64_t lease, korch_lease_fn fn, void *userdata);

/* compact.c */
int korch__etcd_ageing_init(etcd_store *store);
void korch__etcd_ageing_fini(etcd_store *store);
/* There is a newer revision: what is there now will be old. */
void korch__etcd_ageing_begin(etcd_store *store);

/* reseal.c */
int korch__etcd_reseal(void *self, int type, korch_reseal_fn fn, void *userdata);

/* watch.c */
int korch__etcd_watch(void **out, void *self, const korch_watch_query *query, korch_loop_fn ready,
                      void *userdata);
int korch__etcd_watch_next(void *watch, korch_change *out);
uint64_t korch__etcd_watch_revision(const void *watch);
void korch__etcd_watch_free(void *watch);
/* A response for the watch has come, of so many bytes; it is taken. */
void korch__etcd_watch_take(etcd_watch *watch, Korch__Etcd__WatchResponse *response, size_t length);
/* The stream has broken: what came in part will come again. */
void korch__etcd_watch_cut(etcd_watch *watch);
/* Calls the ready functions of those that wait and have something. */
void korch__etcd_watches_tell(etcd_store *store, const int *is_gone);

/* stream.c */
int korch__etcd_stream_init(etcd_store *store);
void korch__etcd_stream_fini(etcd_store *store);
void korch__etcd_stream_close(etcd_store *store);
/* Puts a watch on the stream, and takes it off. */
void korch__etcd_stream_add(etcd_watch *watch);
void korch__etcd_stream_remove(etcd_watch *watch);

#endif
