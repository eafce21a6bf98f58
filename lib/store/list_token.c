/* Tokens of lists. */
#include "store/list_token.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Whether a token's key is one of the query's: looked at before a kind could become known by it. */
static int is_prefix_wanted(const korch_list_query *query, const char *key)
{
	korch_buf buf;
	korch__buf_init(&buf, 0);
	korch__key_write_prefix(&buf, query->kind, query->namespace_, '/');
	int is_wanted = !buf.failed && strncmp(key, buf.data, buf.len) == 0;
	korch__buf_fini(&buf);
	return is_wanted;
}

int korch__list_token_read(korch_list_token *out, const korch_list_query *query, const char *token)
{
	char *end = NULL;
	if (strncmp(token, "1:", 2) != 0 || token[2] < '0' || token[2] > '9')
		return KORCH_E_INVALID;
	uint64_t revision = strtoull(token + 2, &end, 10);
	if (end[0] != ':' || end[1] < '0' || end[1] > '9')
		return KORCH_E_INVALID;
	size_t remaining = strtoull(end + 1, &end, 10);
	if (*end != ':' || !is_prefix_wanted(query, end + 1))
		return KORCH_E_INVALID;
	int r = korch__key_parse(&out->after, end + 1, '/');
	if (r < 0)
		return r == KORCH_E_NOMEM ? r : KORCH_E_INVALID;
	out->revision = revision;
	out->remaining = remaining;
	return 0;
}

void korch__list_token_fini(korch_list_token *token)
{
	korch__key_copy_fini(&token->after);
}

char *korch__list_token_write(uint64_t revision, size_t remaining, const korch_key *last)
{
	korch_buf buf;
	korch__buf_init(&buf, 0);
	korch__buf_printf(&buf, "1:%" PRIu64 ":%zu:", revision, remaining);
	korch__key_write(&buf, last, '/');
	return korch__buf_steal(&buf);
}
