"""What VietinBank posts, as the docs show it: pain.002 and camt.054 as XML, answers to openings as JSON."""

from __future__ import annotations

from services.provider_gateway.connectors.keys import ProviderKeys
from services.provider_gateway.connectors.samples import Sample, StandardSamples
from services.provider_gateway.connectors.vietinbank.wire import WEBHOOK_SECRET

SAMPLES = (
    Sample(
        "batch_accepted",
        "A file was taken (pain.002)",
        b"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
 <GrpHdr><MsgId>VTB-1</MsgId><CreDtTm>2021-10-05T02:00:01Z</CreDtTm></GrpHdr>
 <OrgnlGrpInfAndSts><OrgnlMsgId>ABCDEFGHIJKLMNOPQRSTUVWXY2</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>
  <GrpSts>ACCP</GrpSts></OrgnlGrpInfAndSts>
 <OrgnlPmtInfAndSts><OrgnlPmtInfId>ABCDEFGHIJKLMNOPQRSTUVWXY2</OrgnlPmtInfId>
  <TxInfAndSts><OrgnlEndToEndId>ABCDEFGHIJKLMNOPQRSTUVWXYZ</OrgnlEndToEndId><TxSts>ACCP</TxSts></TxInfAndSts>
 </OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>""",
    ),
    Sample(
        "payments_refused",
        "One payment was credited, another refused (pain.002)",
        b"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
 <GrpHdr><MsgId>VTB-2</MsgId><CreDtTm>2021-10-05T02:00:02Z</CreDtTm></GrpHdr>
 <OrgnlGrpInfAndSts><OrgnlMsgId>ABCDEFGHIJKLMNOPQRSTUVWXY2</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>
  <GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
 <OrgnlPmtInfAndSts><OrgnlPmtInfId>ABCDEFGHIJKLMNOPQRSTUVWXY2</OrgnlPmtInfId>
  <TxInfAndSts><OrgnlEndToEndId>ABCDEFGHIJKLMNOPQRSTUVWXYZ</OrgnlEndToEndId><TxSts>ACCC</TxSts>
   <OrgnlTxRef><Amt><InstdAmt Ccy="VND">360000</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>
  <TxInfAndSts><OrgnlEndToEndId>ABCDEFGHIJKLMNOPQRSTUVWXYA</OrgnlEndToEndId><TxSts>RJCT</TxSts>
   <StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf></TxInfAndSts>
 </OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>""",
    ),
    Sample(
        "money_moved",
        "Money left the paying account, or came back to it (camt.054)",
        b"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn>
 <GrpHdr><MsgId>VTB-3</MsgId><CreDtTm>2021-10-05T02:00:03Z</CreDtTm></GrpHdr>
 <Ntfctn><Id>VTB-3</Id><CreDtTm>2021-10-05T02:00:03Z</CreDtTm>
  <Acct><Id><Othr><Id>118000059999</Id></Othr></Id><Ccy>VND</Ccy></Acct>
  <Ntry><Amt Ccy="VND">360000</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
   <BookgDt><Dt>2021-10-05</Dt></BookgDt>
   <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd>
   <NtryDtls><TxDtls><Refs><MsgId>ABCDEFGHIJKLMNOPQRSTUVWXY2</MsgId>
     <EndToEndId>ABCDEFGHIJKLMNOPQRSTUVWXYZ</EndToEndId></Refs>
    <Amt Ccy="VND">360000</Amt><CdtDbtInd>DBIT</CdtDbtInd></TxDtls></NtryDtls></Ntry>
 </Ntfctn></BkToCstmrDbtCdtNtfctn></Document>""",
    ),
    Sample(
        "account_openings_answers",
        "Accounts were opened or refused (JSON, our invention)",
        """{"type": "account_openings.answers", "timestamp": "2021-10-05T02:00:03Z",
 "data": {"answers": [{"request_id": "0190e7a4-0000-7000-8000-000000000002", "state": "opened", "reason": null,
  "account_number": "100000000007", "holder_name": "Nguyễn Thị Hoa", "name_found": null,
  "answered_on": "2021-10-05"}]}}""".encode(),
    ),
)


def vietin_samples(keys: ProviderKeys) -> StandardSamples:
    """Signed with the secret that both sides hold."""
    return StandardSamples(SAMPLES, lambda: keys.secret(WEBHOOK_SECRET))
