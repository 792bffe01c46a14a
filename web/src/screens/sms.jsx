import { smsNumber } from '../basics.js';
import { smsLink } from '../sms.js';
import { T } from '../texts.js';
import { go } from '../parts.jsx';

/** One touch: the report is kept for the later sync, and the phone's own program opens with the same as a text. */
export function SendBySms({ text, keepReport, prominent }) {
    const number = smsNumber();
    const opened = async () => {
        // Noted from the beginning: a report that is being sent must not change any more.
        await keepReport({ texted_at: Date.now() });
        go('/sent', { replace: true });
    };
    return (
        <section class={prominent ? 'card wait' : 'card plain'}>
            <p>{T.send.smsHint}</p>
            <p class="sms">
                <span>{T.send.smsText}</span> <code>{text}</code>
            </p>
            {!number && <p class="quiet">{T.send.smsNoNumber}</p>}
            <a class="button second" href={smsLink(number, text)} onClick={opened} data-sms>
                {T.send.sms}
            </a>
        </section>
    );
}
