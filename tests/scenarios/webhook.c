/* What webhooks of Canaries say in a scenario: the last step whose glob matches the name tells; yes
 * without one. */
#include "scenario.h"
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWERS_MAX = 64 };

struct webhooks {
	struct {
		char name[128];
		int is_yes;
	} answers[ANSWERS_MAX];
	int n;
};

struct webhooks *webhooks_new(void)
{
	return calloc(1, sizeof(struct webhooks));
}

int webhooks_answer(void *userdata, const korch_webhook_call *call, korch_error **err)
{
	const struct webhooks *webhooks = userdata;
	for (int i = webhooks->n - 1; i >= 0; i--) {
		if (fnmatch(webhooks->answers[i].name, call->name, 0) != 0)
			continue;
		return webhooks->answers[i].is_yes
		           ? 0
		           : korch_error_set(err, KORCH_E_INVALID, "the scenario says no");
	}
	return 0;
}

void do_webhook(scenario *s, json_object *step, json_object *value)
{
	struct webhooks *webhooks = s->webhooks;
	const char *name = need_text(s, value, "name");
	if (webhooks->n == ANSWERS_MAX || strlen(name) >= sizeof(webhooks->answers[0].name))
		fail(s, step, "too many answers of webhooks, or a name that is too long");
	strcpy(webhooks->answers[webhooks->n].name, name);
	webhooks->answers[webhooks->n++].is_yes =
	    json_object_get_boolean(json_object_object_get(value, "answer"));
}
