/* What the files of the gRPC client share. */
#ifndef KORCH_HTTP_GRPC_INTERNAL_H
#define KORCH_HTTP_GRPC_INTERNAL_H

#include "base/buf.h"
#include "http/curl_multi.h"
#include "http/grpc.h"
#include <sys/queue.h>

typedef enum grpc_state {
	GRPC_COLD,       /* no connection */
	GRPC_CONNECTING, /* one call makes it, the others wait */
	GRPC_WARM,       /* there is one; that it is dead is found out by using it */
} grpc_state;

enum {
	GRPC_TEXT_MAX = 256,
	GRPC_TIMEOUT_TEXT = 32,
	GRPC_RUNNING_MAX = 90, /* libcurl opens a second connection above 100 streams */
};

TAILQ_HEAD(grpc_list, korch__grpc_call);

struct korch__grpc_channel {
	korch_loop *loop;
	char *base; /* what stands before a path in a URL */
	char *socket_path;
	char *ca_file, *cert_file, *key_file, *metadata;
	korch_usec connect_timeout_us;
	size_t message_max;
	korch__curl_multi multi;
	struct curl_slist headers[4]; /* of all calls, chained */
	CURL **idle;                  /* easy handles that wait for a call */
	size_t n_idle;
	grpc_state state;
	korch__grpc_call *connecting; /* the one that makes the connection */
	struct grpc_list waiting, running, over;
	struct grpc_list news; /* of running ones and those that are over */
	size_t n_waiting, n_running;
	korch_timer *late;         /* behind the first deadline */
	korch_timer *turn;         /* set when something has to be told or started */
	korch__grpc_call *telling; /* NULL: it was canceled meanwhile */
	int *is_gone;              /* set to 1 when it is freed from inside of an event */
};

struct korch__grpc_call {
	korch__grpc_channel *channel;
	TAILQ_ENTRY(korch__grpc_call) link; /* in `list` */
	TAILQ_ENTRY(korch__grpc_call) news_link;
	struct grpc_list *list; /* where it is */
	int has_news;
	const korch__grpc_events *events;
	void *userdata;
	char *url;
	korch_usec deadline; /* KORCH_USEC_NEVER: none */
	/* On its way */
	CURL *easy;
	struct curl_slist timeout; /* its own header, before the channel's */
	char timeout_text[GRPC_TIMEOUT_TEXT];
	const char *body; /* borrowed */
	size_t body_length;
	korch_buf out; /* what an open one sends */
	size_t n_sent; /* bytes of out */
	int is_stream; /* it began as an open one */
	int is_open;   /* more will be sent */
	int is_paused; /* libcurl waits for more to send */
	int tries;
	int is_connecting; /* it may open a connection */
	int is_refused;    /* it wanted to open one and must not */
	int is_sent;       /* its request has gone, or has begun to */
	/* What came */
	korch_buf in;
	int in_error; /* why what came cannot be taken */
	int status;   /* grpc-status, -1: none yet */
	char text[GRPC_TEXT_MAX];
	char curl_text[CURL_ERROR_SIZE];
	korch__grpc_end end; /* once it is over */
};

/* grpc_call.c */
/* Gives a call to libcurl. */
int korch__grpc_run(korch__grpc_call *call, int is_connecting);
/* Takes it back. */
void korch__grpc_halt(korch__grpc_call *call);
/* Works out how it ended. */
void korch__grpc_judge(korch__grpc_call *call, CURLcode result);
void korch__grpc_idle_free(korch__grpc_channel *channel);

/* grpc.c */
/* The call has something to tell. */
void korch__grpc_tell(korch__grpc_call *call);
void korch__grpc_call_free(korch__grpc_call *call);
/* Starts what waits and tells what there is; the channel's userdata. */
void korch__grpc_on_turn(void *userdata);
/* Ends calls that are over their time; the channel's userdata. */
void korch__grpc_on_late(void *userdata);

#endif
