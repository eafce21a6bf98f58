/*
 * Who a cluster with a store of its caller's is on this machine, kept in its state folder: its
 * block of loopback addresses, which Services and running pods have for ever, the name of its node,
 * and what the texts of its pods' service account tokens are made of, so that nothing changes under
 * pods.
 */
#ifndef KORCH_CLUSTER_IDENTITY_H
#define KORCH_CLUSTER_IDENTITY_H

#include <korch/error.h>
#include <stdint.h>

enum { KORCH__NODE_NAME_MAX = 64 };

typedef struct korch__identity {
	int block;                       /* 127.BLOCK.0.0/16; 0: none yet */
	char node[KORCH__NODE_NAME_MAX]; /* "": none yet */
	uint64_t seed;                   /* of tokens; 0: none yet */
} korch__identity;

/* What was kept; zeroed when nothing was. 0, KORCH_E_IO or KORCH_E_INVALID (damaged). */
int korch__identity_load(korch__identity *out, const char *state_folder, korch_error **err);
/* Keeps it, as a whole. */
int korch__identity_save(const korch__identity *self, const char *state_folder, korch_error **err);

#endif
