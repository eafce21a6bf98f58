/* Keys on the command line. */
#include "sealing.h"
#include "tool.h"

#include <korch/process.h>
#include <stdlib.h>
#include <string.h>

int tool_sealing_add_key(tool_sealing *self, const char *verb, const char *flag, char *text)
{
	char *equals = strchr(text, '=');
	int is_file = strcmp(flag, "--key-file") == 0;
	if (!equals || equals == text || !equals[1])
		return tool_usage(verb, "%s %s: NAME=%s is needed", flag, text,
		                  is_file ? "FILE" : "VARIABLE");
	if (self->n_keys == KEYS_MAX)
		return tool_usage(verb, "at most %d keys", KEYS_MAX);
	char *name = strndup(text, (size_t)(equals - text));
	self->key_names[self->n_keys] = name;
	self->keys[self->n_keys++] = (korch_seal_key){
	    .name = name,
	    .file = is_file ? equals + 1 : NULL,
	    .environment = is_file ? NULL : equals + 1,
	};
	return EXIT_FINE;
}

int tool_sealing_check(const tool_sealing *self, const char *verb)
{
	if (self->n_keys && self->encryption_config)
		return tool_usage(verb, "keys, or an --encryption-config, not both");
	if (self->accept_plain && !self->n_keys)
		return tool_usage(verb, "--accept-plain is for --key-file and --key-env");
	return EXIT_FINE;
}

int tool_sealing_open(korch_sealer **out, const tool_sealing *self, korch_error **err)
{
	if (!self->encryption_config && !self->n_keys)
		return 0;
	int code = korch_process_harden(err);
	if (code < 0)
		return code;
	if (self->encryption_config)
		return korch_sealer_read_file(out, self->encryption_config, err);
	const korch_sealer_options sealer = {.size = sizeof(sealer),
	                                     .keys = self->keys,
	                                     .n_keys = self->n_keys,
	                                     .accept_plain = self->accept_plain};
	return korch_sealer_new(out, &sealer, err);
}

void tool_sealing_fini(tool_sealing *self)
{
	for (size_t i = 0; i < self->n_keys; i++)
		free(self->key_names[i]);
}
