/*
 * A seeded load on a store, through its public functions alone: clients that write, read, list and
 * watch a few keys, and a history of all they did and were told (its format: history.py). Each
 * client has at most one operation under way.
 */
#ifndef KORCH_TESTS_LINEAR_LOAD_H
#define KORCH_TESTS_LINEAR_LOAD_H

#include <korch/elector.h>
#include <korch/faulty.h>
#include <korch/store.h>
#include <stdint.h>
#include <stdio.h>

enum { KEYS_MAX = 32, CLIENTS_MAX = 64, NAME_SIZE = 24, WRITES = 2 };

typedef struct load_write {
	int op;                /* a korch_write_op */
	char key[NAME_SIZE];   /* the object's name */
	char value[NAME_SIZE]; /* of a put */
	uint64_t expected;
} load_write;

/* What a client of the load watches. */
typedef struct load_watch {
	struct load_client *client;
	korch_watch *watch;
	korch_timer *again; /* opens it again after a failure */
	uint64_t number;    /* of the session */
	uint64_t revision;  /* everything up to it has been given */
} load_watch;

typedef struct load_client {
	struct load *load;
	korch_store *store; /* the load's, or one of its own in front of it */
	int number;         /* in the history */
	uint64_t random;
	int64_t left;  /* operations; negative: without end */
	int is_ending; /* writes its last object */
	int is_last;   /* which is acknowledged */
	korch_timer *pause;
	uint64_t seen[KEYS_MAX]; /* latest revision of each key that it knows, 0: absent */
	uint64_t newest;         /* greatest revision that it knows */
	load_watch watch;
	/* The operation that is under way. */
	uint64_t call;
	uint64_t term; /* of a fenced write */
	int key;
	load_write writes[WRITES];
	size_t n_writes;
	size_t page; /* limit of a list's pages */
	uint64_t list_revision;
	char *rows; /* what the pages so far had */
	size_t rows_size;
	FILE *rows_out;
} load_client;

/* Zeroed and filled in by main.c. */
typedef struct load {
	korch_loop *loop;
	korch_store *store;
	const korch_kind *kind;
	korch_elector *elector; /* NULL: no fenced writes */
	korch_fence fence;      /* of the last term in which it led */
	load_client clients[CLIENTS_MAX];
	int n_clients;
	int n_last;     /* clients whose last object is acknowledged */
	uint64_t final; /* greatest revision of these */
	int is_over;
	int n_keys;
	uint64_t seed;
	int is_faulty;          /* 1: each client but the first has a store that fails on purpose */
	uint64_t first;         /* number of the first client */
	korch_usec interval_us; /* mean pause between operations */
	uint64_t acknowledged;  /* transactions */
} load;

/* client.c */
void client_start(load_client *client);
void client_stop(load_client *client); /* ends it, in its time */
void client_free(load_client *client);
/* Ends all when all watches have told everything. */
void client_look(load *all);
void client_saw(load_client *client, const char *key, uint64_t revision);
unsigned below(load_client *client, unsigned bound);
uint64_t next_call(void);

/* list.c: a list by pages, of the newest state or of a past one. */
void list_start(load_client *client);
/* client.c */
void client_done(load_client *client);

/* watch.c */
int watch_start(load_watch *watch);
void watch_end(load_watch *watch);

/* record.c: the history. Failures to write end the program. */
void record_open(const char *path, int is_virtual);
void record_close(void);
void record_commit(const load_client *client);
void record_get(const load_client *client, const char *key);
void record_list(const load_client *client, uint64_t revision);
void record_committed(const load_client *client, const char *code,
                      const korch_commit_result *result);
void record_got(const load_client *client, const char *code, const korch_object *object);
void record_listed(const load_client *client, const char *code);
void record_watch(const load_client *client, uint64_t number, uint64_t since);
void record_change(const load_client *client, uint64_t number, const korch_change *change);
void record_end(const load_client *client, uint64_t number, uint64_t revision);
/* A code's name as the history has it. Static. */
const char *code_text(int code);
const char *value_of(const korch_object *object);

/* Ends the program with a line. */
void fail(const char *what, int code);

#endif
