/* Keys on the command line, for the verbs that open stores: --key-file, --key-env,
 * --encryption-config. */
#ifndef KORCH_TOOL_SEALING_H
#define KORCH_TOOL_SEALING_H

#include <korch/seal.h>

enum { KEYS_MAX = 64 };

typedef struct tool_sealing {
	const char *encryption_config; /* an EncryptionConfiguration file, or NULL */
	korch_seal_key keys[KEYS_MAX]; /* the first seals */
	char *key_names[KEYS_MAX];     /* owned copies */
	size_t n_keys;
	int accept_plain; /* what a key should seal may be plain still */
} tool_sealing;

/* Takes the text of --key-file or --key-env (flag): NAME=FILE, or NAME=VARIABLE. EXIT_FINE, or
 * EXIT_USAGE after saying why. */
int tool_sealing_add_key(tool_sealing *self, const char *verb, const char *flag, char *text);
/* What does not go together. As above. */
int tool_sealing_check(const tool_sealing *self, const char *verb);
/* *out: the caller's, who frees it after the store; left alone when no keys are given. With one,
 * nobody can read this process's memory any more. */
int tool_sealing_open(korch_sealer **out, const tool_sealing *self, korch_error **err);
void tool_sealing_fini(tool_sealing *self);

#endif
