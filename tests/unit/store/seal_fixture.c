/* Sealers with callbacks for keys, and looking for words in the files of a store. */
#include "seal_fixture.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int wrap_code; /* what the wrapping of the "kms" key answers */

int wrap(void *userdata, korch_seal_buffer *out, const uint8_t *in, size_t length,
         korch_error **err)
{
	if (wrap_code < 0)
		return korch_error_set(err, wrap_code, "the KMS does not answer");
	for (size_t i = 0; i < length; i++)
		out->data[i] = in[i] ^ (uint8_t)(uintptr_t)userdata;
	out->length = length;
	return 0;
}

int unwrap(void *userdata, korch_seal_buffer *out, const uint8_t *in, size_t length,
           korch_error **err)
{
	int before = wrap_code;
	wrap_code = 0;
	int r = wrap(userdata, out, in, length, err);
	wrap_code = before;
	return r;
}

/* A sealer with keys of these names, "NAME" or "NAME NAME"; the key is its name's first letter. */
korch_sealer *sealer_of(const char *names, int accept_plain)
{
	char text[2][16] = {"", ""};
	korch_seal_key keys[2];
	int n = sscanf(names, "%15s %15s", text[0], text[1]);
	for (int i = 0; i < n; i++)
		keys[i] = (korch_seal_key){.name = text[i],
		                           .wrap = wrap,
		                           .unwrap = unwrap,
		                           .userdata = (void *)(uintptr_t)(unsigned char)*text[i]};
	korch_sealer_options options = {
	    .size = sizeof(options), .keys = keys, .n_keys = (size_t)n, .accept_plain = accept_plain};
	korch_sealer *out = NULL;
	ck_assert_int_eq(korch_sealer_new(&out, &options, NULL), 0);
	return out;
}

/* Closes the store, and gives the next one another sealer ("": none). */
void use_sealer(const char *names, int accept_plain)
{
	close_store();
	korch_sealer_free(sealer);
	sealer = *names ? sealer_of(names, accept_plain) : NULL;
}

void seal_set_up(void)
{
	sqlite_set_up();
	wrap_code = 0;
	sealer = sealer_of("old", 0);
}

static int has_bytes(const char *name, const char *words)
{
	char *data;
	size_t n = read_file(&data, name);
	int found = memmem(data, n, words, strlen(words)) != NULL;
	free(data);
	return found;
}

/* Whether words stand in the file or in its WAL. */
int is_in_files(const char *words)
{
	char wal[128];
	snprintf(wal, sizeof(wal), "%s-wal", path);
	return has_bytes(path, words) || (access(wal, F_OK) == 0 && has_bytes(wal, words));
}
