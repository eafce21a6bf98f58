/* The public side of syntax.c. */
#include "base/cleanup.h"
#include "object/syntax.h"
#include <korch/names.h>

_Static_assert(KORCH_NAME_SENTENCES_MAX >= KORCH_SYNTAX_MAX, "callers give too little room");

size_t korch_name_check(const char **sentences, korch_format format, const char *text)
{
	const char *own[KORCH_SYNTAX_MAX];
	return korch__syntax_text(sentences ? sentences : own, format, text);
}

const char *korch_number_check(korch_format format, int64_t number)
{
	return korch__syntax_number(format, number);
}
