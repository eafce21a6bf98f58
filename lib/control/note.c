/* Notes in annotations: see note.h. */
#include "control/note.h"
#include <stdio.h>
#include <string.h>

static const char *value_of(const char *text, const char *key)
{
	char pattern[32];
	snprintf(pattern, sizeof(pattern), "\"%s\":", key);
	const char *at = text ? strstr(text, pattern) : NULL;
	return at ? at + strlen(pattern) : NULL;
}

int64_t korch__note_number(const char *text, const char *key)
{
	long long value = 0;
	const char *at = value_of(text, key);
	return at && sscanf(at, "%lld", &value) == 1 ? value : 0;
}

korch_usec korch__note_past(korch_usec at, korch_usec now)
{
	return at < 0 ? 0 : at > now ? now : at;
}

korch_usec korch__note_time(const char *text, const char *key, korch_usec now)
{
	return korch__note_past(korch__note_number(text, key), now);
}

void korch__note_text(char *out, size_t size, const char *text, const char *key)
{
	const char *at = value_of(text, key);
	size_t n = at && *at == '"' ? strcspn(at + 1, "\"") : 0;
	if (n >= size)
		n = 0;
	if (n > 0)
		memcpy(out, at + 1, n);
	out[n] = '\0';
}
