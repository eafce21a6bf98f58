/* String literals. */
#ifndef KORCH_STRATEGY_CONDITION_LEXER_STRING_H
#define KORCH_STRATEGY_CONDITION_LEXER_STRING_H

#include "strategy/condition/lexer.h"

/* At a quote. 0 or a code with err. */
int korch__condition_string(korch__condition_lexer *lexer, korch__condition_token *out);

#endif
