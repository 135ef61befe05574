"""A whole python-telegram-bot application lives on the stage: it polls, answers, and stops without a wrong word."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import ApplicationBuilder, CallbackQueryHandler, CommandHandler, ContextTypes

from bots.rehearsal.journal import NO_ANSWER
from bots.rehearsal.stage import Stage
from bots.rehearsal.telegram_world.accounts import BotAccount

TOKEN = "42:STAGE-token_of-the-rehearsal"
Context = ContextTypes.DEFAULT_TYPE
MORE = InlineKeyboardMarkup([[InlineKeyboardButton("More", callback_data="more")]])


async def live(update: Update, context: Context) -> None:
    await update.effective_message.reply_text("Live now: Storm", reply_markup=MORE)


async def more(update: Update, context: Context) -> None:
    await update.callback_query.answer("Here it is")
    await update.callback_query.edit_message_text("Storm, in full")


async def test_a_reader_is_answered_in_private_and_in_a_topic(stage: Stage, bot: BotAccount) -> None:
    ann, bob = stage.telegram.add_person("Ann"), stage.telegram.add_person("Bob")
    hall = stage.telegram.add_group("Hall", members=[ann], admins=[bob], forum=True)
    hall.add_bot(bot, by=bob)
    topic = hall.add_topic("Live")
    builder = ApplicationBuilder().token(TOKEN).base_url(f"{stage.url}/bot").base_file_url(f"{stage.url}/file/bot")
    application = builder.build()
    application.add_handlers([CommandHandler("live", live), CallbackQueryHandler(more)])
    async with application:
        await application.start()
        await application.updater.start_polling()
        chat = ann.private_chat(bot)
        await ann.says(chat, "/live")
        answer = await chat.wait_for(lambda message: message.text == "Live now: Storm")
        assert (await ann.presses(answer, "More")).text == "Here it is"
        await chat.wait_for(lambda message: message.text == "Storm, in full" and message.edited)
        await ann.says(topic, "/live")
        assert (await topic.wait_for(lambda message: message.text == "Live now: Storm")).thread == topic.id
        await application.updater.stop()
        await application.stop()
    assert stage.violations == []
    # The client hangs up on its last long poll when it stops: that one got no answer.
    assert {call.method for call in stage.journal.calls if call.status not in (200, NO_ANSWER)} == set()
    assert {call.method for call in stage.journal.calls if call.status == NO_ANSWER} <= {"getUpdates"}
