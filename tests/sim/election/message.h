/* Calls on their way: network.c moves them, message.c makes and does them, watch.c has watches. */
#ifndef KORCH_TESTS_SIM_ELECTION_MESSAGE_H
#define KORCH_TESTS_SIM_ELECTION_MESSAGE_H

#include "network.h"
#include "store/completion.h"

typedef enum message_type {
	MESSAGE_COMMIT,
	MESSAGE_COMPACT,
	MESSAGE_GET,
	MESSAGE_LIST,
	MESSAGE_GRANT,
	MESSAGE_RENEW,
	MESSAGE_REVOKE,
} message_type;

enum message_stage {
	MESSAGE_REQUEST,
	MESSAGE_DOING,
	MESSAGE_ANSWER,
	MESSAGE_LOST,
	MESSAGE_ARRIVED,
};

typedef union message_fn {
	korch_commit_fn commit;
	korch_get_fn get;
	korch_list_fn list;
	korch_lease_fn lease;
} message_fn;

struct message {
	message *next, *previous; /* of the wire */
	message *after;           /* behind it in the inbox */
	network *net;
	wire *wire; /* NULL: nobody waits for it */
	korch_timer *timer;
	int type, stage, code;
	message_fn fn;
	void *userdata;
	/* What is asked. */
	korch_write *writes; /* their keys' names are the message's */
	char **names;        /* one block for each write or key */
	size_t n;
	korch_key key;
	korch_list_query query;
	uint64_t number; /* of a lease, or a revision */
	korch_usec ttl_us;
	/* What is answered. */
	korch_commit_result result;
	korch_object *object;
	korch_page *page;
	korch_lease_state state;
};

/* network.c */
message *message_new(wire *self, int type);
void message_send(message *m);
void message_done(message *m, int code); /* the store has answered */

/* message.c */
int message_do(message *m); /* calls the store */
void message_calls(korch_store_ops *ops);

/* watch.c */
int wire_watch(void **out, void *self, const korch_watch_query *query, korch_loop_fn ready,
               void *userdata);
int wire_watch_next(void *watch, korch_change *out);
uint64_t wire_watch_revision(const void *watch);
void wire_watch_free(void *watch);
/* Tells those who wait that there may be something. */
void watches_tell(wire *self);

#endif
